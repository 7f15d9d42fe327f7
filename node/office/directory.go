package office

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"bough/crdt"
	"bough/node/crm"
	"bough/node/directory"
	"bough/node/store"
	"bough/sync/central"
	"bough/sync/rows"
)

// listAtOnce is how many parties one transaction enters into the directory of a
// bank that had none: nodes are served in between.
const listAtOnce = 1000

// factListed is the last party that was entered into the directory of a bank
// that had none; listedAll: that is done.
const (
	factListed = "directory listed"
	listedAll  = -1
)

// register keeps the directory: what every branch may know of every party.
type register struct{ secret []byte }

// follows are the fields by which a row of a kind belongs to parties of whom the
// directory tells something that the row says.
func follows(kind uint8) []uint8 {
	switch kind {
	case crm.Reach:
		return []uint8{crm.ReachParty}
	case crm.Warning:
		return []uint8{crm.WarningParty}
	case crm.Consent:
		return []uint8{crm.ConsentParty}
	case crm.Link:
		return []uint8{crm.LinkOne, crm.LinkOther}
	}
	return nil
}

// derive brings the entries up to date that follow from what was written.
func (g *register) derive(b *central.Batch, wrote []central.Wrote) error {
	if g.secret == nil {
		return nil // a new bank, which has nobody yet; see keepDirectory
	}
	about := map[crdt.ID]bool{}
	for _, w := range wrote {
		for _, row := range []*rows.Stored{w.Old, w.New} {
			if row == nil {
				continue
			}
			if row.Kind == crm.Party {
				about[row.ID] = true
			}
			for _, f := range follows(row.Kind) {
				if v := row.Get(f); !v.IsNull() {
					about[v.ID()] = true
				}
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(about)) {
		if !about[id] {
			continue // done, with whom it is one with
		}
		group, err := store.Linked(b.Tx, id)
		if err != nil {
			return err
		}
		for _, one := range group {
			about[one] = false
		}
		if err := g.enter(b, group); err != nil {
			return fmt.Errorf("office: directory: party %d: %w", id, err)
		}
	}
	return nil
}

// enter writes the one entry of parties that are one, the canonical one's.
func (g *register) enter(b *central.Batch, group []crdt.ID) error {
	entry, err := g.entry(b, group)
	if err != nil {
		return err
	}
	for _, id := range group {
		if id != group[0] || entry == nil {
			if err := b.Drop(crm.Directory, id); err != nil {
				return err
			}
		}
	}
	if entry == nil {
		return nil
	}
	old, err := b.Get(crm.Directory, group[0])
	if err != nil {
		return err
	}
	op := crdt.Op{Kind: crm.Directory, ID: group[0]}
	for _, set := range entry {
		if old == nil && !set.Value.IsNull() || old != nil && old.Get(set.Field) != set.Value {
			op.Set = append(op.Set, set)
		}
	}
	if len(op.Set) == 0 {
		return nil
	}
	return b.Write(&op)
}

// entry are all fields of an entry; nil: there is no such party.
func (g *register) entry(b *central.Batch, group []crdt.ID) ([]crdt.FieldSet, error) {
	var first *rows.Stored
	var known directory.Known
	warning, events := "", map[[2]string][]crdt.ConsentEvent{}
	for _, id := range group {
		row, err := b.Tx.Get(crm.Party, id)
		if err != nil {
			return nil, err
		}
		if row == nil {
			continue
		}
		if id == group[0] {
			first = row
		}
		known.Names = append(known.Names, row.Get(crm.PartyName).S)
		known.Births = append(known.Births, row.Get(crm.PartyBirth).S)
		known.Documents = append(known.Documents, row.Get(crm.PartyDocument).S)
		if known.Phones, err = phones(b.Tx, id, known.Phones); err != nil {
			return nil, err
		}
		if warning, err = severest(b.Tx, id, warning); err != nil {
			return nil, err
		}
		if err := consents(b.Tx, id, events); err != nil {
			return nil, err
		}
	}
	if first == nil {
		return nil, nil
	}
	return []crdt.FieldSet{
		{Field: crm.DirectoryName, Value: textOrNull(directory.Mask(first.Get(crm.PartyName).S))},
		{Field: crm.DirectoryType, Value: first.Get(crm.PartyType)},
		{Field: crm.DirectoryHome, Value: first.Get(crm.PartyHome)},
		{Field: crm.DirectoryLanguage, Value: first.Get(crm.PartyLanguage)},
		{Field: crm.DirectoryWarning, Value: textOrNull(warning)},
		{Field: crm.DirectoryRefused, Value: textOrNull(refused(events))},
		{Field: crm.DirectoryKeys, Value: textOrNull(directory.Keys(g.secret, known))},
	}, nil
}

func phones(tx *rows.Tx, party crdt.ID, to []string) ([]string, error) {
	err := tx.Rows(crm.Reach, `party=?1 AND channel='phone' ORDER BY preferred IS NULL, id`, func(r *rows.Stored) error {
		if !r.Gone(r.Conflicts...) {
			to = append(to, r.Get(crm.ReachValue).S)
		}
		return nil
	}, int64(party))
	return to, err
}

func severest(tx *rows.Tx, party crdt.ID, level string) (string, error) {
	err := tx.Rows(crm.Warning, `party=?1`, func(r *rows.Stored) error {
		l := r.Get(crm.WarningLevel).S
		if !r.Gone(r.Conflicts...) && slices.Index(crm.WarningLevels, l) > slices.Index(crm.WarningLevels, level) {
			level = l
		}
		return nil
	}, int64(party))
	return level, err
}

// consents adds what a party said, by purpose and channel.
func consents(tx *rows.Tx, party crdt.ID, to map[[2]string][]crdt.ConsentEvent) error {
	return tx.Rows(crm.Consent, `party=?1 ORDER BY id`, func(r *rows.Stored) error {
		at := [2]string{r.Get(crm.ConsentPurpose).S, r.Get(crm.ConsentChannel).S}
		to[at] = append(to[at], crdt.ConsentEvent{ID: r.ID, Withdraws: r.Get(crm.ConsentAct).S == "withdraw", Overrides: crm.Overrides(&r.Row)})
		return nil
	}, int64(party))
}

// refused are the purposes and channels that were withdrawn, sorted.
func refused(events map[[2]string][]crdt.ConsentEvent) string {
	var out []string
	for at, list := range events {
		if crdt.ConsentOf(list) == crdt.ConsentWithdrawn {
			out = append(out, at[0]+"/"+at[1])
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// keepDirectory finds the secret of the directory, or makes one, and enters the
// parties of a bank that had no directory yet.
func (f *Office) keepDirectory(ctx context.Context, g *register) error {
	err := f.Central.File.Read(ctx, func(tx *rows.Tx) (err error) {
		g.secret, err = store.DirectorySecret(tx)
		return err
	})
	if err == nil && g.secret == nil {
		secret := make([]byte, directory.SecretBytes)
		if _, err := io.ReadFull(f.o.Rand, secret); err != nil {
			return fmt.Errorf("directory: secret: %w", err)
		}
		g.secret = secret
		err = f.Central.Keep(ctx, func(b *central.Batch) error {
			id, err := b.Mint()
			if err != nil {
				return err
			}
			return b.Write(&crdt.Op{Kind: crm.Parameter, ID: id, Set: []crdt.FieldSet{
				{Field: crm.ParameterName, Value: crdt.TextValue(crm.SettingDirectory)},
				{Field: crm.ParameterBranch, Value: crdt.IntValue(0)},
				{Field: crm.ParameterValue, Value: crdt.TextValue(base64.RawURLEncoding.EncodeToString(secret))},
			}})
		})
	}
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	last, err := f.listed(ctx)
	for at := crdt.ID(last); err == nil && last != listedAll; {
		if at, err = f.Central.Rederive(ctx, crm.Party, at, listAtOnce); err != nil {
			break
		}
		if last = int64(at); at == 0 {
			last = listedAll
		}
		err = f.Central.File.Write(ctx, func(tx *rows.Tx) error { return tx.SetFact(factListed, last) })
	}
	return err
}

func (f *Office) listed(ctx context.Context) (last int64, err error) {
	err = f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		last, err = tx.FactInt(factListed)
		return err
	})
	return last, err
}
