package central

import (
	"testing"

	"bough/node/crm"
	"bough/sync/rows/rowstest"
)

func TestTheMigrationsOfCentralOnlyExpand(t *testing.T) {
	rowstest.Expand(t, crm.Table(), tables, oldestReader)
}
