package crm

// Types of parameters.
const (
	ParameterNumber = "number"
	ParameterHours  = "hours"
	ParameterPhone  = "phone"
	ParameterText   = "text"
)

// MaxParameter is how long a value may be, bytes.
const MaxParameter = 200

// ParameterRule is what a parameter of head office may hold.
type ParameterRule struct {
	Name      string
	Type      string
	PerBranch bool  // a branch may have a value of its own
	Min, Max  int64 // of numbers
	Default   string
}

// ParameterRules are the parameters that head office sets on its page.
func ParameterRules() []ParameterRule {
	return []ParameterRule{
		{Name: "bank", Type: ParameterText},
		{Name: "hotline", Type: ParameterPhone, PerBranch: true},
		{Name: "lease_days", Type: ParameterNumber, PerBranch: true, Min: 1, Max: 30, Default: "14"},
		{Name: SettingServedMonths, Type: ParameterNumber, Min: 0, Max: MaxServedMonths, Default: "13"},
		{Name: SettingLine, Type: ParameterNumber, PerBranch: true, Min: 0, Max: 10_000_000},
		{Name: SettingLineHours, Type: ParameterHours, PerBranch: true, Default: LineHours},
	}
}
