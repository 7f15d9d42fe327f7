package crm

import . "bough/crdt" //nolint:revive // the table reads as a table

func branch() *Kind {
	return &Kind{Num: BranchKind, Name: "branch", Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "A branch of the bank.",
		Fields: []Field{
			indexed(number(BranchNumber, "number", Office, "its number, 1 and up: also the number of its scope")),
			text(BranchName, "name", Office, "its name"),
			text(BranchRegion, "region", Office, "region"),
			text(BranchTimeZone, "time_zone", Office, "IANA time zone"),
			text(BranchCountry, "country", Office, "ISO 3166 country, for phone numbers"),
			text(BranchKey, "key", Office, "key in the core-banking feed"),
			text(BranchTown, "town", Office, "where it lies"),
			text(BranchLanguage, "language", Office, "BCP 47 tag of the language that is spoken there"),
		}}
}

// Field numbers of branch.
const (
	BranchNumber uint8 = iota + 1
	BranchName
	BranchRegion
	BranchTimeZone
	BranchCountry
	BranchKey
	BranchTown
	BranchLanguage
)

func person() *Kind {
	return &Kind{Num: Person, Name: "person", Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "Somebody who works at the bank; the key that proves their sessions.",
		Fields: []Field{
			indexed(text(PersonLogin, "login", Office, "the name they sign in with")),
			text(PersonName, "name", Office, "the name others read"),
			text(PersonRole, "role", Office, "teller | banker | manager | admin | auditor | system"),
			number(PersonBranch, "branch", Office, "branch number; 0 or none: head office"),
			text(PersonKey, "public_key", Office, "Ed25519 public key, base64url"),
			text(PersonCertificate, "certificate", Office, "central's signature over person and key, base64url"),
			number(PersonIssued, "issued", Office, "when the certificate was made, ms UTC"),
			number(PersonEnded, "ended", Office, "1: may no longer sign in"),
		}}
}

// Field numbers of person.
const (
	PersonLogin uint8 = iota + 1
	PersonName
	PersonRole
	PersonBranch
	PersonKey
	PersonCertificate
	PersonIssued
	PersonEnded
)

func credential() *Kind {
	return &Kind{Num: Credential, Name: "credential", Class: Record, CentralOnly: true, Scope: ScopeRule{Home: CredentialBranch},
		Doc: "A person's private key sealed under their password; only the nodes of their branch hold it.",
		Fields: []Field{
			ref(CredentialPerson, "person", Office, Person, "whose"),
			number(CredentialBranch, "branch", Office, "branch number; none: central only"),
			text(CredentialSealed, "sealed", Office, "the sealed key, base64url"),
			number(CredentialOneTime, "one_time", Office, "1: the password must be changed at the next sign-in"),
		}}
}

// Field numbers of credential.
const (
	CredentialPerson uint8 = iota + 1
	CredentialBranch
	CredentialSealed
	CredentialOneTime
)

func session() *Kind {
	return &Kind{Num: Session, Name: "session", Class: Event, Scope: ScopeRule{Home: SessionBranch},
		Doc: "Somebody signed in at a node; the signature proves it. Changes name it.",
		Fields: []Field{
			ref(SessionPerson, "person", Branch, Person, "who"),
			number(SessionOrigin, "origin", Branch, "origin of the node"),
			number(SessionSince, "since", Branch, "ms UTC"),
			number(SessionUntil, "until", Branch, "ms UTC, at most 12 hours later"),
			text(SessionSignature, "signature", Branch, "signature of the person's key, base64url"),
			number(SessionBranch, "branch", Branch, "branch number of the node"),
		}}
}

// Field numbers of session.
const (
	SessionPerson uint8 = iota + 1
	SessionOrigin
	SessionSince
	SessionUntil
	SessionSignature
	SessionBranch
)

func node() *Kind {
	return &Kind{Num: Node, Name: "node", Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "A workstation that joined.",
		Fields: []Field{
			indexed(number(NodeOrigin, "origin", Office, "its origin")),
			number(NodeBranch, "branch", Office, "branch number"),
			text(NodeName, "name", Office, "name of the workstation"),
			text(NodeKey, "public_key", Office, "Ed25519 public key, base64url"),
			number(NodeJoined, "joined", Office, "ms UTC"),
			number(NodeRevoked, "revoked", Office, "1: it may no longer sync"),
		}}
}

// Field numbers of node.
const (
	NodeOrigin uint8 = iota + 1
	NodeBranch
	NodeName
	NodeKey
	NodeJoined
	NodeRevoked
)

func right() *Kind {
	return &Kind{Num: Right, Name: "access_right", Class: Record, CentralOnly: true, Scope: ScopeRule{Everywhere: true},
		Doc: "A role may do an act.",
		Fields: []Field{
			text(RightRole, "role", Office, "the role"),
			text(RightAct, "act", Office, "the act, see Acts"),
			number(RightAllowed, "allowed", Office, "1: yes"),
		}}
}

// Field numbers of right.
const (
	RightRole uint8 = iota + 1
	RightAct
	RightAllowed
)

func refusal() *Kind {
	return &Kind{Num: Refusal, Name: "refusal", Class: Record, CentralOnly: true, Scope: ScopeRule{Home: RefusalBranch},
		Doc: "A change that central did not take at once, with the reason, what was typed, and what became of it.",
		Fields: []Field{
			number(RefusalBranch, "branch", Office, "branch of the node"),
			number(RefusalOrigin, "origin", Office, "origin of the change"),
			number(RefusalSeq, "seq", Office, "number of the change"),
			number(RefusalSession, "session", Office, "session of the change"),
			text(RefusalCode, "code", Office, "why, as a code"),
			text(RefusalMessage, "message", Office, "why, in words"),
			number(RefusalKind, "kind", Office, "kind of the first row it touched"),
			number(RefusalRow, "row_id", Office, "id of that row"),
			text(RefusalTyped, "typed", Office, "the typed values, name=value a line"),
			number(RefusalAt, "at", Office, "when central judged it, ms UTC"),
			text(RefusalState, "state", Office, "none: refused | held | applied | dropped"),
			number(RefusalDecided, "decided", Office, "when a held one was decided, ms UTC"),
			ref(RefusalDecider, "decider", Office, Person, "who decided; none: by itself"),
			text(RefusalWhy, "why", Office, "the reason of the decision"),
		}}
}

// States of a refusal, besides none.
const (
	RefusalHeld    = "held"    // waits for a decision, or for what it rests on
	RefusalApplied = "applied" // taken after all
	RefusalDropped = "dropped"
)

// Field numbers of refusal.
const (
	RefusalBranch uint8 = iota + 1
	RefusalOrigin
	RefusalSeq
	RefusalSession
	RefusalCode
	RefusalMessage
	RefusalKind
	RefusalRow
	RefusalTyped
	RefusalAt
	RefusalState
	RefusalDecided
	RefusalDecider
	RefusalWhy
)
