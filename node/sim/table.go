package sim

// features are all the parts of the world, a line each, in no order that
// matters. A new one is a function in a file of its own and a line here.
func features() []feature {
	return []feature{
		absences(),
		agreement(),
		calendar(),
		clerks(),
		clocks(),
		consents(),
		crashes(),
		erasures(),
		forgers(),
		disks(),
		headOffice(),
		leases(),
		identities(),
		lostDisks(),
		neighbours(),
		rots(),
		moves(),
		moveOrders(),
		network(),
		newcomers(),
		pauses(),
		people(),
		quarantine(),
		receipts(),
		releases(),
		sideways(),
		restores(),
		revocations(),
		standings(),
		sticks(),
		syncing(),
		unreadables(),
		visiting(),
		wrongClocks(),
	}
}
