package crdt_test

import (
	"flag"
	"os"
	"testing"

	"pgregory.net/rapid"

	"bough/crdt/crdttest"
)

// cases is how often a law is drawn unless the command line says otherwise.
const cases = "10000"

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	if !asked {
		if err := flag.Set("rapid.checks", cases); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func TestMergingObeysTheLaws(t *testing.T) {
	for _, k := range crdttest.Schema().Kinds {
		t.Run(k.Name, func(t *testing.T) {
			suite := crdttest.Suite{Open: func(*rapid.T) crdttest.Replica { return crdttest.NewMemory(k) }}
			suite.RunKind(t, k)
		})
	}
}

func TestMergingAKindThatNobodyKnowsObeysTheLaws(t *testing.T) {
	suite := crdttest.Suite{Open: func(*rapid.T) crdttest.Replica { return crdttest.NewMemory(nil) }}
	suite.RunKind(t, nil)
}
