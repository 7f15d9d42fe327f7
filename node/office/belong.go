package office

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"

	"bough/node/crm"
	"bough/sync/rows"
	"bough/sync/trust"
)

// ErrOtherBank is a database whose people another authority certified.
var ErrOtherBank = errors.New("office: the people in this file were certified by another central: it belongs to another bank, or the keys do")

// CheckPeople sees that everybody's certificate is of the authority at hand.
func (f *Office) CheckPeople(ctx context.Context) error {
	root := f.o.Authority.Root()
	return f.Central.File.Read(ctx, func(tx *rows.Tx) error {
		return tx.Rows(crm.Person, "certificate IS NOT NULL", func(r *rows.Stored) error {
			b, err := base64.RawURLEncoding.DecodeString(r.Get(crm.PersonCertificate).S)
			if err != nil {
				return fmt.Errorf("%w: %w", ErrOtherBank, err)
			}
			cert, err := trust.ParsePersonCertificate(b)
			if err == nil {
				err = root.CheckPerson(cert)
			}
			if err != nil {
				return fmt.Errorf("%w: %w", ErrOtherBank, err)
			}
			return nil
		})
	})
}
