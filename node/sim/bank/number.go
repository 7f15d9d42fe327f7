package bank

import (
	"strings"

	"bough/node/sim/bank/words"
)

// Resident identity numbers after GB 11643: region, date of birth, serial (odd
// for men), check digit. The prefecture code 80 has not been given out, so no
// number is anybody's.
const (
	prcDigits  = "10X98765432"
	usccDigits = "0123456789ABCDEFGHJKLMNPQRTUWXY" // GB 32100
)

func region(b []byte, r *rng) []byte {
	b = append(b, pick(r, []string{"11", "31", "32", "33", "35", "37", "42", "44", "50", "51"})...)
	return append(b, '8', '0', '0', byte('1'+r.n(9)))
}

func residentID(r *rng, birth int, sex byte) string {
	b := region(make([]byte, 0, 18), r)
	y, m, d := civil(birth)
	b = digits(b, y, 4)
	b = digits(b, m, 2)
	b = digits(b, d, 2)
	serial := r.n(500) * 2
	if sex == 'm' {
		serial++
	}
	b = digits(b, serial, 3)
	return string(append(b, residentCheck(b)))
}

// residentCheck is the check digit of the first 17 digits.
func residentCheck(b []byte) byte {
	sum := 0
	for i, weight := 16, 2; i >= 0; i, weight = i-1, weight*2%11 {
		sum += int(b[i]-'0') * weight
	}
	return prcDigits[sum%11]
}

// creditCode is a unified social credit code of a firm after GB 32100.
func creditCode(r *rng) string {
	b := region(append(make([]byte, 0, 18), "91"...), r)
	sum := 0
	for _, weight := range []int{3, 7, 9, 10, 5, 8, 4, 2} {
		v := r.n(10)
		b = append(b, byte('0'+v))
		sum += v * weight
	}
	b = append(b, "0X987654321"[sum%11])
	return string(append(b, creditCheck(b)))
}

// creditCheck is the check character of the first 17.
func creditCheck(b []byte) byte {
	sum, weight := 0, 1
	for i := range 17 {
		sum += strings.IndexByte(usccDigits, b[i]) * weight
		weight = weight * 3 % 31
	}
	return usccDigits[(31-sum%31)%31]
}

// passport looks like a passport number.
func passport(r *rng) string {
	b := append(make([]byte, 0, 9), "CEGHKLMPRTX"[r.n(11)])
	return string(digits(b, r.n(100_000_000), 8))
}

// registration of a Western firm: no office gives out the prefix 00.
func registration(r *rng) string {
	return string(digits(append(make([]byte, 0, 10), "00-"...), r.n(10_000_000), 7))
}

// phones hands out numbers that ring nowhere: exchange 555 in North America,
// beginning with the lines 0100 to 0199 that are kept for fiction; local numbers
// that begin with 90 in China, where 9 begins short numbers of services only.
type phones struct {
	r      *rng
	serial int
	shift  int
}

const (
	areaCodes  = 300
	pageLines  = 100 // one page of lines, e.g. 0100..0199
	pageSize   = areaCodes * pageLines
	pageStride = 7919 // coprime to pageSize: neighbours do not look like it
)

// areas are area codes of the United States, three digits each.
const areas = "201202203205206207208209210212213214215216217218219220223224225227228229231234235239240248251252253254256260262267269270" +
	"272276279281283301302303304305307308309310312313314315316317318319320321323325330331332334336337339341346347351352360361" +
	"364380385386401402404405406407408409410412413414415417419423424425430432434435440442443445458463464469470475478479480484" +
	"501502503504505507508509510512513515516517518520530531534539540541551559561562563564567570571573574575580585586601602603" +
	"605606607608609610612614615616617618619620623626628629630631636641646650651657660661662667669678680681682689701702703704" +
	"706707708712713714715716717718719720724725726727730731732734737740743747754757760762763765769770772773774775779781785786" +
	"801802803804805806808810812813814815816817818828830831832843845847848850854856857858859860862863864865870872878901903904" +
	"906907908909910912913914915916917918919920925928929930931934"

func (p *phones) next(country string) string {
	if country == "CN" {
		b := append(append(make([]byte, 0, 14), "+86"...), pick(p.r, []string{"10", "21", "22", "28"})...)
		return string(digits(append(b, "90"...), p.r.n(1_000_000), 6))
	}
	n := p.serial
	p.serial++
	page, at := n/pageSize%99, (n*pageStride+p.shift)%pageSize
	area := at / pageLines * 3
	b := append(append(make([]byte, 0, 12), "+1"...), areas[area:area+3]...)
	b = append(b, "555"...)
	return string(digits(b, (page+1)*100+at%pageLines, 4))
}

// digits adds v with leading zeros.
func digits(b []byte, v, width int) []byte {
	for div := pow10(width - 1); div > 0; div /= 10 {
		b = append(b, byte('0'+v/div%10))
	}
	return b
}

func pow10(n int) int {
	p := 1
	for range n {
		p *= 10
	}
	return p
}

// key is a key of the core-banking feed: a letter and a number.
func key(letter byte, n int) string {
	return string(digits(append(make([]byte, 0, 10), letter), n, 9))
}

// accountNumber is printed as branch, serial and a check digit.
func accountNumber(branch, n int) string {
	b := append(digits(make([]byte, 0, 16), branch, 4), '-')
	b = append(digits(b, n, 8), '-')
	return string(append(b, byte('0'+(branch*3+n*7)%10)))
}

// isoDate is YYYY-MM-DD.
func isoDate(day int) string {
	y, m, d := civil(day)
	b := append(digits(make([]byte, 0, 10), y, 4), '-')
	b = append(digits(b, m, 2), '-')
	return string(digits(b, d, 2))
}

// fold is the name in small letters a to z, a dot where a space was.
func fold(name string) string {
	var b strings.Builder
	for _, c := range words.Plain(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			b.WriteRune(c + 'a' - 'A')
		case c >= 'a' && c <= 'z':
			b.WriteRune(c)
		case c == ' ' && b.Len() > 0:
			b.WriteByte('.')
		}
	}
	return strings.ReplaceAll(b.String(), "..", ".")
}
