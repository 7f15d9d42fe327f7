package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func rests() *Kind {
	return &Kind{Num: Rests, Name: "rests", Class: Event, Scope: ScopeRule{Home: RestsBranch},
		Doc: "The change that made this row names rows of another workstation's change, which head office did not have then.",
		Fields: []Field{
			number(RestsBranch, "branch", Branch, "branch number of the node"),
			number(RestsOrigin, "origin", Branch, "origin of the other change"),
			number(RestsSeq, "seq", Branch, "its number"),
			text(RestsHash, "hash", Branch, "link of the chain at it, hex"),
		}}
}

// Field numbers of rests.
const (
	RestsBranch uint8 = iota + 1
	RestsOrigin
	RestsSeq
	RestsHash
)
