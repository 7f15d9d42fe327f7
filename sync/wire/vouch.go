package wire

// PathVouch shows central who wrote what a node passes on, where it does not know them.
const PathVouch = "/sync/v1/vouch"

// Vouch is what proves an author to its neighbours: the certificate that central
// issued, and the renewals since that it has not certified.
type Vouch struct {
	Credential []byte `json:"credential"`
}

// Vouched is the answer: central knows the author now.
type Vouched struct {
	NowMS int64 `json:"now_ms"`
}
