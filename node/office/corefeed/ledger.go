package corefeed

import "bough/crdt"

// Ledger is central's database as this package needs it. Central implements it.
type Ledger interface {
	// Keyed returns the rows of a kind that have a key in the core, by that key;
	// void rows are left out.
	Keyed(kind uint8) (map[string]*crdt.Row, error)
	// Mint gives an id that nobody has used.
	Mint() (crdt.ID, error)
	// Commit applies ops as one batch, or a part of one, all or nothing, in the
	// name of who, and keeps record with it. It fails with ErrStale, and does nothing, where the
	// latest batch is not after.
	Commit(b Batch) (crdt.ID, error)
	// LatestBatch returns the newest batch that is not undone, and the records of
	// its parts in their order; id 0 where there is none.
	LatestBatch() (id crdt.ID, records [][]byte, err error)
	// BranchWork counts, for those of the rows that have any, the rows that
	// refer to them and that the feed did not write: interactions, tasks,
	// groups; for a branch its people and nodes.
	BranchWork(kind uint8, ids []crdt.ID) (map[crdt.ID]int, error)
	// Undo applies restore, makes the rows of remove void everywhere, and, unless
	// more comes, marks the batch as undone, all or nothing. It fails with ErrStale, and does
	// nothing, where the batch is not the latest.
	Undo(u Undoing) error
}

// Batch is what Commit writes.
type Batch struct {
	Ops    []crdt.Op // ascending in the order of mapping.Kinds: a row comes after those it refers to
	Record []byte
	Who    Approval
	After  crdt.ID // the latest batch when the plan was made
	Job    int64   // what is written for one job is one batch; 0: this is all of it
}

// Undoing is what Undo writes.
type Undoing struct {
	Batch   crdt.ID
	Restore []crdt.Op
	Remove  []RowID // a row comes before those it refers to
	Who     Approval
	More    bool // this is a part, and not the last
}

// RowID names a row.
type RowID struct {
	Kind uint8
	ID   crdt.ID
}

// Approval is who answers for a batch: persons, by id.
type Approval struct {
	By         crdt.ID
	ApprovedBy crdt.ID // 0 for nobody
}
