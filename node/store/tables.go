package store

// LocalTables are the migrations of what never travels; central has the same
// beside its own. Append only.
var localTables = []string{`
-- Somebody's sign-in: a cookie of the pages or a bearer word of the API, by
-- its hash.
CREATE TABLE token (
	hash    BLOB PRIMARY KEY,
	session INTEGER NOT NULL, -- row of kind session
	person  INTEGER NOT NULL,
	api     INTEGER NOT NULL, -- 1: bearer word, never idle-locked
	seen    INTEGER NOT NULL, -- ms UTC of the last thing the person did
	until   INTEGER NOT NULL, -- ms UTC
	locked  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Wrong passwords in a row; survives a restart.
CREATE TABLE wrong_password (
	login TEXT PRIMARY KEY,
	count INTEGER NOT NULL,
	at    INTEGER NOT NULL -- ms UTC of the last one
) STRICT, WITHOUT ROWID;

-- A half-typed form; returns to its author only.
CREATE TABLE draft (
	person INTEGER NOT NULL,
	form   TEXT NOT NULL,
	body   TEXT NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC
	PRIMARY KEY (person, form)
) STRICT, WITHOUT ROWID;

-- Customers a person opened lately.
CREATE TABLE recent (
	person INTEGER NOT NULL,
	party  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC
	PRIMARY KEY (person, party)
) STRICT, WITHOUT ROWID;

-- Answers of the API, so that a request sent twice acts once.
CREATE TABLE answered (
	person  INTEGER NOT NULL,
	key     TEXT NOT NULL,
	request BLOB NOT NULL, -- hash of the request
	status  INTEGER NOT NULL,
	body    BLOB NOT NULL,
	at      INTEGER NOT NULL, -- ms UTC
	PRIMARY KEY (person, key)
) STRICT, WITHOUT ROWID;

-- Parties whose index entry is older than their rows.
CREATE TABLE dirty (party INTEGER PRIMARY KEY) STRICT;

-- Which document of the index is which party; documents ascend in the order
-- of arrival, as FTS5 likes it.
CREATE TABLE document (
	doc   INTEGER PRIMARY KEY AUTOINCREMENT,
	party INTEGER NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE find USING fts5(names, sounds, digits, words, content='', contentless_delete=1, detail=column);
`, `
-- The other workstations of the branch, as authors. Empty at central.
CREATE TABLE neighbour (
	origin      INTEGER PRIMARY KEY,
	certificate BLOB NOT NULL DEFAULT x'', -- DER, proves what they signed; empty: nothing was received yet
	taken       INTEGER NOT NULL DEFAULT 0, -- up to here the feed says that central has taken their changes
	base        INTEGER NOT NULL DEFAULT 0, -- what is held here begins after this number
	base_hash   BLOB NOT NULL DEFAULT x''   -- link of the chain at base
) STRICT;

-- Changes of neighbours that central has not taken, as they were received: a
-- second copy, to be passed on as it is. bodies is journal.AppendOps.
CREATE TABLE neighbour_change (
	origin  INTEGER NOT NULL,
	seq     INTEGER NOT NULL,
	stamp   BLOB NOT NULL,
	session INTEGER NOT NULL,
	bodies  BLOB NOT NULL,
	hash    BLOB NOT NULL,
	merged  INTEGER NOT NULL DEFAULT 0, -- 1: it stands in the rows; 0: it is ahead of time and waits
	PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX neighbour_waiting ON neighbour_change (stamp) WHERE merged=0;

-- Heads that their authors signed: ranges that are passed on end at one.
CREATE TABLE neighbour_head (
	origin    INTEGER NOT NULL,
	seq       INTEGER NOT NULL,
	signature BLOB NOT NULL,
	PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
`, `
-- What central told this node to be rid of. The receipt goes out when nothing
-- of the row is left on the disk, and stays here until central has noted it.
CREATE TABLE receipt (
	why    TEXT NOT NULL,              -- wire.WhyLeft, wire.WhyErased
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	n      INTEGER NOT NULL,           -- number of the order
	at     INTEGER NOT NULL,           -- ms UTC when it came
	clean  INTEGER NOT NULL DEFAULT 0, -- 1: gone from pages, log and index
	PRIMARY KEY (why, kind, row_id)
) STRICT, WITHOUT ROWID;
`, `
-- A feed that is being read from 0. Empty at central.
CREATE TABLE reading (
	scope INTEGER PRIMARY KEY,
	whole INTEGER NOT NULL, -- leave entries after this number are needed
	sweep INTEGER NOT NULL, -- 1: rows that are not met go at the end
	round INTEGER NOT NULL  -- how often it began
) STRICT;

-- Rows that a reading from 0 has met, where a sweep will ask for them; of kinds
-- that this release does not know, all rows, for nothing else says whose they are.
CREATE TABLE met (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	round  INTEGER NOT NULL, -- of the reading
	scope  INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;
`, `
-- What the answers to bundles are read with; the newest few.
CREATE TABLE reply_box (
	id     BLOB PRIMARY KEY, -- of the bundle
	secret BLOB NOT NULL,
	at     INTEGER NOT NULL  -- ms UTC when it was written
) STRICT, WITHOUT ROWID;
`, `
-- Who this file was before: it turned out to be a copy, or its clock was wrong.
CREATE TABLE incarnation (
	origin INTEGER PRIMARY KEY, -- the former one
	next   INTEGER NOT NULL,    -- the one after it
	fork   INTEGER NOT NULL,    -- last number of the former that stands
	again  INTEGER NOT NULL,    -- changes that were written again under the next
	reason TEXT NOT NULL,       -- a word, see store.Reason
	at     INTEGER NOT NULL     -- ms UTC
) STRICT;

-- Ids that rows had before they got others, from rows of kind reissue: links
-- and paper still name them.
CREATE TABLE alias (
	was INTEGER NOT NULL,
	now INTEGER NOT NULL,
	PRIMARY KEY (was, now)
) STRICT, WITHOUT ROWID;

-- Changes that were written again: in this form they count no more.
CREATE TABLE reissued (
	origin INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	hash   BLOB NOT NULL, -- link of the chain at it
	was    BLOB NOT NULL, -- its stamp
	now    BLOB NOT NULL, -- the stamp of its new form
	PRIMARY KEY (origin, seq, hash)
) STRICT, WITHOUT ROWID;

-- 1: this file was that author itself, and keeps its changes until central's
-- backups cover them, like its own; settled: up to here they came back as rows.
ALTER TABLE neighbour ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
ALTER TABLE neighbour ADD COLUMN settled INTEGER NOT NULL DEFAULT 0;

-- Not 0: the rows it names have other names now, those given under this origin.
ALTER TABLE neighbour_change ADD COLUMN renamed INTEGER NOT NULL DEFAULT 0;
`, `
-- For how long this file may be worked with before central has to be heard; one
-- row. Empty at central.
CREATE TABLE lease (
	one      INTEGER PRIMARY KEY CHECK (one=1),
	clock    INTEGER NOT NULL, -- greatest time seen, ms UTC
	until    INTEGER NOT NULL, -- on that clock
	used     INTEGER NOT NULL, -- number of the last code typed in
	wrong    INTEGER NOT NULL, -- codes in a row
	wrong_at INTEGER NOT NULL, -- on the clock
	key      BLOB NOT NULL     -- of the codes; empty: never heard
) STRICT;
`, `
-- Rows that head office ordered erased: ids and nothing else. What comes of them
-- from anywhere is not kept.
CREATE TABLE erased (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;
`, `
-- What left the scopes of this node, by ids alone, and what it hung on: root
-- rows stay here for good, what hung on them until it is purged. n is the number
-- of the feed entry that said so.
CREATE TABLE stub (
	kind      INTEGER NOT NULL,
	row_id    INTEGER NOT NULL,
	root_kind INTEGER NOT NULL,
	root      INTEGER NOT NULL,
	n         INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id, root_kind, root)
) STRICT, WITHOUT ROWID;
CREATE INDEX stub_root ON stub (root, root_kind);

-- Bodies of own changes that central has and that name what was purged here,
-- enclosed for central alone: should it be restored from a backup that does not
-- hold them, it opens them again.
CREATE TABLE enclosed (
	seq      INTEGER PRIMARY KEY,
	envelope BLOB NOT NULL
) STRICT;
`, `
-- The same of former origins of this file, and of what neighbours wrote again.
CREATE TABLE former_enclosed (
	origin   INTEGER NOT NULL,
	seq      INTEGER NOT NULL,
	envelope BLOB NOT NULL,
	PRIMARY KEY (origin, seq)
) STRICT, WITHOUT ROWID;
`, `
-- Own changes that name what was written again elsewhere: they are read under
-- the names given under this origin.
CREATE TABLE own_renamed (
	seq INTEGER NOT NULL,
	now INTEGER NOT NULL,
	PRIMARY KEY (seq, now)
) STRICT, WITHOUT ROWID;
`, `
-- Strangers whom the directory showed to a person within the hour.
CREATE TABLE shown (
	person INTEGER NOT NULL,
	party  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC, first
	opened INTEGER NOT NULL, -- ms UTC, last; 0: never
	PRIMARY KEY (person, party)
) STRICT, WITHOUT ROWID;

-- Parties that came into the scope since the feed was last read to its end: what
-- they said of consent may be on its way. Empty at central.
CREATE TABLE entering (party INTEGER PRIMARY KEY) STRICT;
`, `
-- Whom people were shown and that stands in no journal yet; one row a person,
-- sort, party and quarter of an hour. By ids alone: an erasure leaves it.
CREATE TABLE viewing (
	quarter INTEGER NOT NULL, -- when it began, ms UTC
	session INTEGER NOT NULL, -- row of kind session
	person  INTEGER NOT NULL,
	how     TEXT NOT NULL,    -- crm.Views
	party   INTEGER NOT NULL, -- 0: nobody in particular
	PRIMARY KEY (quarter, person, how, party)
) STRICT, WITHOUT ROWID;
`, `
-- What this workstation knows of the time, as package anchor keeps it, ms; one
-- row. Empty at central.
CREATE TABLE clock (
	one    INTEGER PRIMARY KEY CHECK (one=1),
	boot   TEXT NOT NULL,    -- the run of the machine that ticks count in
	tick   INTEGER NOT NULL,
	steady INTEGER NOT NULL, -- the time before what central said to add
	ahead  INTEGER NOT NULL, -- that
	floor  INTEGER NOT NULL, -- it is not earlier
	gap    INTEGER NOT NULL, -- the PC's clock less the time
	wrong  INTEGER NOT NULL, -- the same as central's time showed it
	trust  INTEGER NOT NULL, -- 0 the PC's clock, 1 central, 2 carried on
	jumps  INTEGER NOT NULL, -- times that the PC's clock was set while it ran
	jump   INTEGER NOT NULL, -- by how much, last
	jumped INTEGER NOT NULL, -- when
	unsure INTEGER NOT NULL DEFAULT -1, -- own changes after it were written while nobody vouched for the time; -1: none
	later  INTEGER NOT NULL DEFAULT 0   -- and how much later it was, once central said so
) STRICT;
`, `
-- Rows of feeds that could not be read here: the reading went on behind them. They
-- are asked for again by number; there is no copy of them, for nobody could tell
-- what of whom is in it. Empty at central.
CREATE TABLE aside (
	scope  INTEGER NOT NULL,
	n      INTEGER NOT NULL, -- feed number
	since  INTEGER NOT NULL, -- in a page from here it is the first
	kind   INTEGER NOT NULL, -- 0: not known, and row_id neither
	row_id INTEGER NOT NULL,
	why    TEXT NOT NULL,    -- holds nothing of the row
	at     INTEGER NOT NULL, -- ms UTC, first
	PRIMARY KEY (scope, n)
) STRICT, WITHOUT ROWID;
`, `
-- When this workstation had no line to central. Empty at central.
CREATE TABLE outage (
	began INTEGER PRIMARY KEY, -- ms UTC
	ended INTEGER NOT NULL     -- ms UTC; 0: it lasts
) STRICT;
`, `
-- Own changes that were written while nobody vouched for the time; the columns
-- unsure and later of clock are not used any more.
CREATE TABLE unsure (
	after INTEGER PRIMARY KEY,
	up_to INTEGER NOT NULL, -- 0: it goes on
	since INTEGER NOT NULL, -- the time it was then, as it seemed, ms UTC
	later INTEGER NOT NULL  -- how much later they were written than they say, ms; 0: nobody knows
) STRICT;
`, `
-- In the place of viewing, which stays empty: one row a session, too, so that what
-- was noted of it is not lost where central refuses another one of the person.
CREATE TABLE looked (
	quarter INTEGER NOT NULL, -- when it began, ms UTC
	session INTEGER NOT NULL, -- row of kind session
	person  INTEGER NOT NULL,
	how     TEXT NOT NULL,    -- crm.Views
	party   INTEGER NOT NULL, -- 0: nobody in particular
	PRIMARY KEY (quarter, session, how, party)
) STRICT, WITHOUT ROWID;
INSERT INTO looked SELECT quarter, session, person, how, party FROM viewing;
DELETE FROM viewing;
`, `
-- How often somebody tried in vain to sign in here, until the journal has it.
CREATE TABLE turned_away (
	quarter INTEGER NOT NULL, -- when the quarter of an hour began, ms UTC
	person  INTEGER NOT NULL, -- under whose name; 0: under one that nobody has
	times   INTEGER NOT NULL,
	PRIMARY KEY (quarter, person)
) STRICT, WITHOUT ROWID;
`, `
-- Pages of the feed as central sealed them, enclosed for central alone, from after
-- the oldest backup that it keeps: should it be restored, they prove what it had.
-- Only ids stand beside them.
CREATE TABLE kept_page (
	id       INTEGER PRIMARY KEY,
	epoch    INTEGER NOT NULL,
	until    INTEGER NOT NULL, -- number of its last row
	envelope BLOB NOT NULL
) STRICT;
CREATE INDEX kept_page_until ON kept_page (until);
CREATE TABLE kept_row (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	page   INTEGER NOT NULL,
	n      INTEGER NOT NULL, -- number of the row in it; 0: a backup covers it, or others hang on it
	PRIMARY KEY (kind, row_id, page)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_row_page ON kept_row (page);
`}

// oldestReader is how many of localTables a release must know to work with the
// file: raised by a step that takes something away (rows.Options.Oldest).
const oldestReader = 0

// LocalTables returns the migrations of what never travels.
func LocalTables() []string { return localTables }
