-- Somebody.
CREATE TABLE "person" (
	id INTEGER PRIMARY KEY,
	"name" TEXT, -- a text
	"home" INTEGER, -- a number
	"memo" TEXT, -- a text
	clock BLOB NOT NULL, -- packed crdt.Clocks
	n INTEGER NOT NULL, -- feed number
	conflicts INTEGER, -- rows of table conflict; NULL for none
	extra BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS "person_name" ON "person" ("name") WHERE "name" IS NOT NULL;

-- A way to reach somebody.
CREATE TABLE "phone" (
	id INTEGER PRIMARY KEY,
	"person" INTEGER, -- whose
	"value" TEXT, -- a text
	clock BLOB NOT NULL, -- packed crdt.Clocks
	n INTEGER NOT NULL, -- feed number
	conflicts INTEGER, -- rows of table conflict; NULL for none
	extra BLOB,
	cleared BLOB, -- stamps that clears named
	gone INTEGER -- 1: cleared
) STRICT;
CREATE INDEX IF NOT EXISTS "phone_person" ON "phone" ("person") WHERE "person" IS NOT NULL;

-- What was said.
CREATE TABLE "talk" (
	id INTEGER PRIMARY KEY,
	"person" INTEGER, -- with whom
	"order" TEXT, -- a text
	clock BLOB NOT NULL, -- packed crdt.Clocks
	n INTEGER NOT NULL, -- feed number
	conflicts INTEGER, -- rows of table conflict; NULL for none
	extra BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS "talk_person" ON "talk" ("person") WHERE "person" IS NOT NULL;

