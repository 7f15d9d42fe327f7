package corefeed

import "slices"

// Without is a batch record without what it remembers of rows that are gone:
// taking the batch back leaves them alone.
func Without(record []byte, gone func(RowID) bool) ([]byte, error) {
	log, err := decodeLog(record)
	if err != nil {
		return nil, err
	}
	log.created = slices.DeleteFunc(log.created, gone)
	log.changed = slices.DeleteFunc(log.changed, func(c changedField) bool { return gone(c.RowID) })
	return log.append(nil), nil
}
