package central

// oldestReader is how many of tables a release must know to work with the file:
// raised by a step that takes something away (rows.Options.Oldest).
const oldestReader = 0

// tables are central's migrations. Append only; steps expand.
var tables = []string{`
-- Which branches hold a root row (a party, a holding, a group), as it follows
-- from homes, services and joins; what hangs on it is held there too.
CREATE TABLE member (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	scope  INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id, scope)
) STRICT, WITHOUT ROWID;

-- Which rows of a scope changed last, in order: one entry a row.
CREATE TABLE feed (
	scope  INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	void   INTEGER NOT NULL DEFAULT 0, -- 1: the scope does not hold the row
	PRIMARY KEY (scope, n)
) STRICT, WITHOUT ROWID;

-- The void entries of the feed, by row: rows that left a scope, and rows that
-- are not there: a change that made or edited them was refused, or is held.
CREATE TABLE void (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	scope  INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id, scope)
) STRICT, WITHOUT ROWID;

-- The nodes that joined: how far their changes are taken, and what they last
-- said of themselves.
CREATE TABLE origin (
	origin     INTEGER PRIMARY KEY,
	branch     INTEGER NOT NULL,
	name       TEXT NOT NULL,
	public_key BLOB NOT NULL,
	joined     INTEGER NOT NULL, -- ms UTC
	revoked    INTEGER NOT NULL DEFAULT 0,
	seq        INTEGER NOT NULL DEFAULT 0, -- taken up to here
	hash       BLOB NOT NULL DEFAULT x'',  -- link of the chain at seq
	seen       INTEGER NOT NULL DEFAULT 0, -- ms UTC of its last contact
	unsent     INTEGER NOT NULL DEFAULT 0,
	oldest     INTEGER NOT NULL DEFAULT 0, -- stamp of its oldest unsent change, ms UTC
	feed       INTEGER NOT NULL DEFAULT 0, -- number its branch scope has reached
	version    TEXT NOT NULL DEFAULT ''
) STRICT;

-- The signed ranges as they were taken, compressed: the history behind the
-- rows, and the proof of it.
CREATE TABLE taken (
	origin INTEGER NOT NULL,
	last   INTEGER NOT NULL, -- number of the last change
	first  INTEGER NOT NULL,
	frame  BLOB NOT NULL,    -- wire.Push of one range
	PRIMARY KEY (origin, last)
) STRICT, WITHOUT ROWID;

-- Enrolment codes, by the hash of their secret.
CREATE TABLE code (
	hash   BLOB PRIMARY KEY,
	branch INTEGER NOT NULL,
	until  INTEGER NOT NULL, -- ms UTC
	used   INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Imports, newest last, with what it takes to undo them.
CREATE TABLE batch (
	id     INTEGER PRIMARY KEY,
	person INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC
	undone INTEGER NOT NULL DEFAULT 0,
	record BLOB NOT NULL
) STRICT;

-- Backups that are kept, with the vector they cover.
CREATE TABLE backup (
	at     INTEGER PRIMARY KEY, -- ms UTC
	path   TEXT NOT NULL,
	vector BLOB NOT NULL -- origin and number, uvarints
) STRICT;
`, `
-- Where a node gossips with its neighbours, host:port; empty: nowhere.
ALTER TABLE origin ADD COLUMN lan TEXT NOT NULL DEFAULT '';

-- What the gossip of a branch is encrypted with.
CREATE TABLE branch_key (
	branch INTEGER PRIMARY KEY,
	key    BLOB NOT NULL
) STRICT;
`, `
-- What nodes were told to be rid of, and when they said that they are.
CREATE TABLE purge (
	origin INTEGER NOT NULL,
	why    TEXT NOT NULL,              -- wire.WhyLeft, wire.WhyErased
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	n      INTEGER NOT NULL,           -- number of the order
	at     INTEGER NOT NULL,           -- ms UTC of the order
	done   INTEGER NOT NULL DEFAULT 0, -- ms UTC of the receipt; 0: outstanding
	PRIMARY KEY (origin, why, kind, row_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX purge_outstanding ON purge (origin, at) WHERE done=0;
`, `
-- Up to which number void entries were taken out of the feed of a scope: nodes
-- that have not read as far read it from 0.
CREATE TABLE feed_floor (
	scope INTEGER PRIMARY KEY,
	n     INTEGER NOT NULL
) STRICT;

-- How far nodes have read the feeds of their scopes, as far as trimming knows.
CREATE TABLE feed_reader (
	origin INTEGER NOT NULL,
	scope  INTEGER NOT NULL,
	n      INTEGER NOT NULL, -- what is after it is still needed
	began  INTEGER NOT NULL DEFAULT 0, -- head of the feed when a reading from 0 began; 0: none is under way
	at     INTEGER NOT NULL DEFAULT 0, -- ms UTC when it asked
	PRIMARY KEY (origin, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX void_scope ON void (scope, n);
`, `
-- The key of a branch before the present one, and when it was turned, ms UTC:
-- for a day nodes that have not heard are still understood.
ALTER TABLE branch_key ADD COLUMN previous BLOB NOT NULL DEFAULT x'';
ALTER TABLE branch_key ADD COLUMN turned INTEGER NOT NULL DEFAULT 0;
`, `
-- The origin that the file of a node had before, 0: none, and why it has
-- another one now, as a word.
ALTER TABLE origin ADD COLUMN renews INTEGER NOT NULL DEFAULT 0;
ALTER TABLE origin ADD COLUMN reason TEXT NOT NULL DEFAULT '';

-- Changes that were taken in a later form than their first: in another one
-- they count no more. ids: those of the first form and of this, uvarints.
CREATE TABLE former_form (
	origin INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	hash   BLOB NOT NULL, -- link of the chain at it
	stamp  BLOB NOT NULL, -- of the form that was taken
	ids    BLOB NOT NULL,
	PRIMARY KEY (origin, seq, hash)
) STRICT, WITHOUT ROWID;

-- Ids and stamps of forms that were passed over; later changes name them.
CREATE TABLE renamed_id (
	was INTEGER PRIMARY KEY,
	now INTEGER NOT NULL
) STRICT;
CREATE TABLE renamed_stamp (
	was BLOB PRIMARY KEY,
	now BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`, `
-- The codes that extended leases over the phone: how many a node got.
CREATE TABLE lease_code (
	origin INTEGER PRIMARY KEY,
	n      INTEGER NOT NULL, -- number of the last one
	at     INTEGER NOT NULL  -- ms UTC when it was made
) STRICT;
`, `
-- Changes that central neither took nor refused: they wait for a decision, or for
-- what they rest on. Their text stands in taken; id is that of the row that tells
-- the branch and head office.
CREATE TABLE held (
	id       INTEGER PRIMARY KEY,
	origin   INTEGER NOT NULL,
	seq      INTEGER NOT NULL,
	stamp    BLOB NOT NULL,
	code     TEXT NOT NULL,
	readable INTEGER NOT NULL -- 0: nobody here knows which rows it makes
) STRICT;

-- Rows that only held changes make.
CREATE TABLE held_row (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	held   INTEGER NOT NULL, -- the change that makes it
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;

-- Which held change waits for which.
CREATE TABLE held_wait (
	held     INTEGER NOT NULL,
	rests_on INTEGER NOT NULL,
	PRIMARY KEY (held, rests_on)
) STRICT, WITHOUT ROWID;
`, `
-- Rows that head office ordered erased, for good: ids and nothing else. What is
-- written to them later, or belongs to them, is not taken.
CREATE TABLE erased_row (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;

-- Orders of erasure: who asked for them and why, who confirmed them. The law
-- wants these kept; they hold no more of the party than its id.
CREATE TABLE erasure_order (
	id        INTEGER PRIMARY KEY, -- ms UTC when it was asked for, made unique: numbers the order
	party     INTEGER NOT NULL,
	basis     TEXT NOT NULL,
	reference TEXT NOT NULL,       -- where the case is kept; no names
	ordered   INTEGER NOT NULL,    -- the person
	confirmed INTEGER NOT NULL DEFAULT 0, -- the second person; 0: not yet
	at        INTEGER NOT NULL DEFAULT 0, -- ms UTC of the confirmation
	dropped   INTEGER NOT NULL DEFAULT 0  -- 1: taken back before it was confirmed
) STRICT;
`, `
-- Root rows that are held where they do not belong, because they were served
-- there.
CREATE TABLE served (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	scope  INTEGER NOT NULL,
	until  INTEGER NOT NULL, -- ms UTC; renewed by service
	PRIMARY KEY (kind, row_id, scope)
) STRICT, WITHOUT ROWID;
CREATE INDEX served_until ON served (until);
CREATE INDEX purge_row ON purge (kind, row_id);
`, `
-- Orders to move customers to another home branch. What was chosen stands in
-- move_item, from the preview on. The text of chosen tells how, for people.
CREATE TABLE move_job (
	id     INTEGER PRIMARY KEY, -- ms UTC when it was planned, made unique: numbers the order
	home   INTEGER NOT NULL,    -- branch number: where to
	reason TEXT NOT NULL,
	chosen TEXT NOT NULL,       -- JSON
	state  TEXT NOT NULL,       -- planned, running, paused, done, undoing, undone, dropped
	halted TEXT NOT NULL DEFAULT '', -- of a paused one: what it goes on with, running or undoing
	trouble TEXT NOT NULL DEFAULT '' -- why the program paused it by itself
) STRICT;
CREATE TABLE move_item (
	job   INTEGER NOT NULL,
	n     INTEGER NOT NULL, -- place in the order
	kind  INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	home  INTEGER NOT NULL, -- where from
	state TEXT NOT NULL,    -- waits, moved, passed, back, stays
	why   TEXT NOT NULL DEFAULT '', -- of passed and stays, a word
	event INTEGER NOT NULL DEFAULT 0, -- the row that tells of its move
	took  TEXT NOT NULL DEFAULT '',   -- ids of what went along, separated by spaces
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX move_item_state ON move_item (job, state, n);
CREATE INDEX move_item_row ON move_item (row_id, state);

-- Who did what with an order to move, and when.
CREATE TABLE move_step (
	job    INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC
	step   TEXT NOT NULL,
	person INTEGER NOT NULL, -- 0: the machine's administrator, or the program
	PRIMARY KEY (job, at, step)
) STRICT, WITHOUT ROWID;
`, `
-- Held changes that name rows of a change which came in no form yet.
CREATE TABLE held_copy (
	held   INTEGER NOT NULL,
	origin INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	hash   BLOB NOT NULL, -- link of the chain at it
	PRIMARY KEY (held, origin, seq, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_copy_of ON held_copy (origin, seq);
`, `
-- Who saw which party when: what rows of viewings tell, by entry. Ids alone, so
-- it outlives an erasure.
CREATE TABLE viewed (
	party   INTEGER NOT NULL, -- 0: nobody in particular
	quarter INTEGER NOT NULL, -- when the quarter of an hour began, ms UTC
	person  INTEGER NOT NULL,
	how     TEXT NOT NULL,    -- crm.Views
	branch  INTEGER NOT NULL, -- of the workstation; 0: head office
	told    INTEGER NOT NULL, -- the row of viewings, whose id says at which workstation
	PRIMARY KEY (party, quarter, person, how, branch)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewed_person ON viewed (person, quarter);
CREATE INDEX viewed_quarter ON viewed (quarter);
`, `
-- An import of the screen is written in parts, each a batch of its own; what is
-- undone is the job. 0: written in one piece.
ALTER TABLE batch ADD COLUMN job INTEGER NOT NULL DEFAULT 0;

-- Imports of the screen, from the upload on.
CREATE TABLE import_job (
	id    INTEGER PRIMARY KEY, -- ms UTC when it was begun, made unique: numbers the import
	state TEXT NOT NULL,       -- mapping, trying, tried, waiting, writing, halted, done, undoing, undone, dropped
	body  TEXT NOT NULL        -- JSON: files, map, counts
) STRICT;

-- Who did what with an import, and when.
CREATE TABLE import_step (
	job    INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC
	step   TEXT NOT NULL,
	person INTEGER NOT NULL, -- 0: the program
	PRIMARY KEY (job, at, step)
) STRICT, WITHOUT ROWID;

-- The lines that an import did not take, until they are forgotten.
CREATE TABLE import_refused (
	job    INTEGER NOT NULL,
	n      INTEGER NOT NULL, -- place in the list
	file   TEXT NOT NULL,
	line   INTEGER NOT NULL,
	field  TEXT NOT NULL,    -- column of the file; empty: the line as a whole
	kind   TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (job, n)
) STRICT, WITHOUT ROWID;

-- Maps of columns to fields that were kept to be used again.
CREATE TABLE import_map (
	name   TEXT PRIMARY KEY,
	body   TEXT NOT NULL,    -- JSON: the choices, or the text of a mapping
	at     INTEGER NOT NULL, -- ms UTC
	person INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`, `
-- When the changes of a range were written, by their stamps, ms UTC: whoever
-- looks for a day opens no other. until 0: it was taken by an older release.
ALTER TABLE taken ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE taken ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
CREATE INDEX taken_when ON taken (origin, last, since, until);
`, `
-- Rows of its feeds that a node said it could not read.
ALTER TABLE origin ADD COLUMN aside INTEGER NOT NULL DEFAULT 0;
`, `
-- Why a line of an import was refused, as JSON: a code that every language has its
-- sentence for. null: it was refused by an older release, which kept English alone.
ALTER TABLE import_refused ADD COLUMN why TEXT NOT NULL DEFAULT 'null';
`, `
-- How the clock of a node's machine stood when it said so last, a word, and by
-- how many ms it was ahead of the time. Empty: it never said.
ALTER TABLE origin ADD COLUMN clock TEXT NOT NULL DEFAULT '';
ALTER TABLE origin ADD COLUMN ahead INTEGER NOT NULL DEFAULT 0;
`, `
-- Rows that will never be: their making was refused, or they were taken back. What
-- is written to them would make half a row.
CREATE TABLE unmade (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO unmade (kind, row_id) SELECT kind, row_id FROM void;

-- Held changes that are judged again when a row is made, comes to another branch,
-- or will never be.
CREATE TABLE held_for (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	held   INTEGER NOT NULL,
	PRIMARY KEY (kind, row_id, held)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_for_held ON held_for (held);
`, `
-- The origins that the file of a node had before, as its certificate named them, JSON,
-- newest first: of a node that a restored central took in again, for it may not know
-- those that it had between.
ALTER TABLE origin ADD COLUMN formers TEXT NOT NULL DEFAULT '[]';
`, `
-- Lives of central that ended with its disk: what it wrote in them stands under
-- that origin.
CREATE TABLE life (
	epoch  INTEGER PRIMARY KEY, -- of the feeds
	origin INTEGER NOT NULL
) STRICT;

-- Since the last restore, by workstation: what the backup had of it, and what it
-- brought of central's own pages.
CREATE TABLE recall (
	origin  INTEGER PRIMARY KEY,
	was     INTEGER NOT NULL,           -- its changes in the backup
	at      INTEGER NOT NULL DEFAULT 0, -- ms UTC when it had told all; 0: not yet
	brought INTEGER NOT NULL DEFAULT 0  -- rows that came back with its pages
) STRICT;

-- Rows that came back in central's own pages, under their last number there. page
-- is one row as a page while something of it waits: for its author's journal.
CREATE TABLE recalled (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	epoch  INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	back   INTEGER NOT NULL DEFAULT 0, -- 1: something of it was taken back
	page   BLOB,
	PRIMARY KEY (kind, row_id)
) STRICT, WITHOUT ROWID;
ALTER TABLE backup ADD COLUMN number INTEGER NOT NULL DEFAULT 0; -- of the feeds: the copy covers them up to it
`, `
-- Changes that neighbours hold of a workstation and that follow nothing central has
-- of it, each by the link of its chain.
CREATE TABLE stranded (
	origin INTEGER NOT NULL,
	seq    INTEGER NOT NULL,
	hash   BLOB NOT NULL,
	held   INTEGER NOT NULL DEFAULT 0, -- the held change that it is, or was until somebody decided
	frame  INTEGER NOT NULL,           -- of stranded_range
	PRIMARY KEY (origin, seq, hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX stranded_held ON stranded (held);

-- The signed ranges that they came in, as in taken.
CREATE TABLE stranded_range (
	id    INTEGER PRIMARY KEY,
	frame BLOB NOT NULL
) STRICT;
`, `
-- Roots that a branch was given after the backup, by pages that central sealed then.
CREATE TABLE given (
	kind   INTEGER NOT NULL,
	row_id INTEGER NOT NULL,
	scope  INTEGER NOT NULL,
	at     INTEGER NOT NULL, -- ms UTC when what the page has of it was last written
	PRIMARY KEY (kind, row_id, scope)
) STRICT, WITHOUT ROWID;
`}
