package hq

import (
	"bough/node/branches"
	"bough/node/cases"
	"bough/node/desk"
	"bough/node/lists"
	"bough/node/office"
	"bough/node/settings"
	"bough/node/staff"
)

// Setup is that by which head office sets the bank up.
type Setup struct {
	Staff *staff.Staff
	Lists *lists.Lists
	Cases *cases.Book

	Branches *branches.Branches
	Settings *settings.Settings
}

// NewSetup makes it for a desk of central.
func NewSetup(d *desk.Desk, o *office.Office) Setup {
	return Setup{Staff: staff.New(d, o), Lists: lists.New(d), Cases: cases.New(d), Branches: branches.New(d), Settings: settings.New(d)}
}
