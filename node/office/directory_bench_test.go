package office_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/directory"
	"bough/sync/central"
	"bough/sync/rows"
	"bough/sync/wire"
)

// listedParties is how many parties the bench enters into the directory.
const listedParties = 10_000

// BenchmarkDirectory enters a bank into its directory: the time of it, what a
// node reads and keeps of it, and how long a question takes there.
func BenchmarkDirectory(b *testing.B) {
	for range b.N {
		w := newWorld(b)
		n := w.populate(listedParties)
		size := w.pagesOfFile()
		must(b, w.Central.File.Write(ctx(), func(tx *rows.Tx) error {
			return tx.Exec(`DELETE FROM fact WHERE name='directory listed'`)
		}))
		must(b, w.Close())
		began := time.Now()
		w.open()
		per := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) }
		b.ReportMetric(per(time.Since(began)), "µs/party-again")
		bytes := w.feedBytes(n)
		b.ReportMetric(float64(bytes)/float64(n), "wire-B/party")
		began = time.Now()
		must(b, w.Central.File.Read(ctx(), func(tx *rows.Tx) error {
			_, err := tx.IDs(`SELECT id FROM directory WHERE instr(keys, ?1)>0 OR instr(keys, ?2)>0`, "no-no", "never")
			return err
		}))
		b.ReportMetric(float64(time.Since(began).Microseconds())/1000, "ms/question")
		b.ReportMetric(float64(size), "file-B/party")
		_ = directory.SecretBytes
	}
}

// populate makes parties, with phones.
func (w *world) populate(n int) int {
	rng := rand.New(rand.NewPCG(1, 2))
	first := []string{"Anna", "Jan", "Marie", "Petr", "Eva", "Josef", "Lucie", "Karel", "Hana", "Ota"}
	last := []string{"Novák", "Svoboda", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý", "Horák", "Němec", "Marek", "Pospíšil", "Hájek"}
	began := time.Now()
	for done := 0; done < n; done += 1000 {
		_, err := w.Central.Act(ctx(), rows.Actor{}, func(a *rows.Act) error {
			for i := range 1000 {
				id, err := a.Mint()
				if err != nil {
					return err
				}
				phone, err := a.Mint()
				if err != nil {
					return err
				}
				a.Add(set(crm.Party, id, crm.PartyName, first[rng.IntN(len(first))]+" "+last[rng.IntN(len(last))], crm.PartyType, "person", crm.PartyHome, 1+i%200,
					crm.PartyBirth, time.Unix(int64(rng.IntN(1_500_000_000)), 0).UTC().Format(time.DateOnly), crm.PartyDocument, fmt.Sprint(rng.IntN(1e9)), crm.PartyLanguage, "cs", crm.PartyKey, fmt.Sprint(done+i)))
				a.Add(set(crm.Reach, phone, crm.ReachParty, id, crm.ReachChannel, "phone", crm.ReachValue, fmt.Sprintf("+420%09d", rng.IntN(1e9))))
			}
			return nil
		})
		must(w.t, err)
	}
	w.t.Logf("%d parties made and entered in %s", n, time.Since(began))
	return n
}

// pagesOfFile is what a party's entry takes in the file, in bytes.
func (w *world) pagesOfFile() (perParty int64) {
	must(w.t, w.Central.File.Read(ctx(), func(tx *rows.Tx) error {
		bytes, _, err := tx.Int(`SELECT sum(pgsize) FROM dbstat WHERE name IN ('directory')`)
		if err != nil {
			bytes, _, err = tx.Int(`SELECT sum(length(clocks)+length(name)+length(keys)+length(type)+length(language)+16) FROM directory`)
		}
		n, _, _ := tx.Int(`SELECT count(*) FROM directory`)
		perParty = bytes / max(n, 1)
		return err
	}))
	return perParty
}

// feedBytes is what the office's feed takes on the line.
func (w *world) feedBytes(n int) (bytes int) {
	codec, err := wire.NewCodec()
	must(w.t, err)
	at, rowsRead := int64(0), 0
	for {
		page, err := w.Central.Page(ctx(), &central.Node{Origin: crdt.Origin(9), Branch: 1}, wire.Pull{Scope: 0, Since: at})
		must(w.t, err)
		frame, err := codec.EncodePage(page)
		must(w.t, err)
		bytes, rowsRead, at = bytes+len(frame), rowsRead+len(page.Rows), page.Until
		if !page.More {
			break
		}
	}
	w.t.Logf("%d rows in %d bytes", rowsRead, bytes)
	return bytes
}
