package store_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/store"
	"bough/node/store/terms"
	"bough/sync/rows"
)

// folk is all that can be found, read the plain way.
type folk struct {
	id   crdt.ID
	home int64
	of   terms.Document
}

func everybody(t *testing.T, s *store.Store) (out []*folk) {
	t.Helper()
	by := map[crdt.ID]*folk{}
	must(t, s.File.Read(context.Background(), func(tx *rows.Tx) error {
		err := tx.Rows(crm.Party, `1`, func(r *rows.Stored) error {
			address := strings.Split(r.Get(crm.PartyAddress).S, "\n")
			p := &folk{r.ID, r.Get(crm.PartyHome).I, terms.Document{Names: []string{r.Get(crm.PartyName).S},
				Digits: []string{r.Get(crm.PartyDocument).S, r.Get(crm.PartyKey).S}, Words: address[len(address)-1:]}}
			by[r.ID], out = p, append(out, p)
			return nil
		})
		if err != nil {
			return err
		}
		err = tx.Rows(crm.Reach, `gone IS NULL`, func(r *rows.Stored) error {
			p, value := by[r.Get(crm.ReachParty).ID()], r.Get(crm.ReachValue).S
			if r.Get(crm.ReachChannel).S == "phone" {
				p.of.Digits = append(p.of.Digits, value)
			} else {
				p.of.Words = append(p.of.Words, value)
			}
			return nil
		})
		if err != nil {
			return err
		}
		return tx.Query(`SELECT party, number FROM role JOIN holding ON holding.id=holding`, func(r *rows.Stmt) error {
			p := by[crdt.ID(r.ColumnInt64(0))]
			p.of.Digits = append(p.of.Digits, r.ColumnText(1))
			return nil
		})
	}))
	return out
}

// plainly is what find should say: everybody is looked at.
func plainly(all []*folk, typed string, lately []crdt.ID, home int64) map[crdt.ID]int {
	out, q := map[crdt.ID]int{}, terms.Parse(typed)
	for _, p := range all {
		if !q.Finds(p.of) {
			continue
		}
		score := q.Score(terms.Document{Names: p.of.Names})
		if score == 0 {
			score = q.Score(p.of)
		}
		if slices.Contains(lately, p.id) {
			score += 2000
		}
		if p.home == home {
			score += 1000
		}
		out[p.id] = score
	}
	return out
}

func TestFindSaysWhatLookingAtEverybodySays(t *testing.T) {
	const customers, capped, person = 1000, 100, crdt.ID(7) // beyond capped the index gives the latest
	asked := 60
	if testing.Short() {
		asked = 20
	}
	s := openStore(t, 1)
	namedBank(t, s, customers, crm.Party, crm.Reach, crm.Holding, crm.Role)
	all := everybody(t, s)
	dice := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	_, err := s.Index(ctx, len(all)-50) // the rest is looked through
	must(t, err)
	var lately []crdt.ID
	for range 20 {
		p := all[dice.IntN(len(all))]
		lately = append(lately, p.id)
		must(t, s.Viewed(ctx, store.Viewer{Person: person, NowMS: time.Now().UnixMilli()}, p.id))
	}
	exact := 0
	for range asked {
		typed := begun(dice, all[dice.IntN(len(all))].of)
		want, got := plainly(all, typed, lately, 1), map[crdt.ID]int{}
		must(t, s.File.Read(ctx, func(tx *rows.Tx) error {
			found, err := s.Find(tx, typed, person, 1, len(all))
			for _, f := range found {
				got[f.Party] = f.Score
			}
			return err
		}))
		if len(want) > 0 && len(want) < capped {
			exact++
		} else {
			maps.DeleteFunc(want, func(id crdt.ID, _ int) bool { return got[id] == 0 })
		}
		if d := cmp.Diff(want, got); d != "" && len(want) > 0 {
			t.Errorf("%q: %s", typed, d)
		}
	}
	if exact < asked/2 {
		t.Errorf("only %d of %d were few enough to be compared one by one", exact, asked)
	}
}

// begun is what a clerk types of somebody: a name letter by letter, a name and a
// letter, the end of a number, a town.
func begun(dice *rand.Rand, d terms.Document) string {
	cut := func(s string) string {
		r := []rune(s)
		return string(r[:min(len(r), 1+dice.IntN(8))])
	}
	tail := func(s string) string { return s[max(0, len(s)-4-dice.IntN(3)):] }
	first, rest, _ := strings.Cut(d.Names[0], " ")
	switch dice.IntN(8) {
	case 0:
		return tail(d.Digits[dice.IntN(len(d.Digits))])
	case 1:
		return cut(d.Words[dice.IntN(len(d.Words))])
	case 2:
		return first + " " + cut(d.Words[dice.IntN(len(d.Words))])
	case 3:
		return first + " " + tail(d.Digits[dice.IntN(len(d.Digits))])
	case 4, 5:
		return first + " " + cut(rest)
	case 6:
		return cut(rest) + " " + first
	}
	return cut(d.Names[0])
}
