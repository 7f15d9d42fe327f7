// Package papers checks the numbers of papers: the digits that each carries so
// that a slip of the pen shows.
//
// It knows the 18-digit number of the People's Republic of China (GB 11643, the
// check of ISO 7064 MOD 11-2), the unified social credit code of its
// organisations (GB 32100, MOD 31) and the IBAN (ISO 13616, MOD 97). It keeps
// nothing and knows no register: a number that passes may still be nobody's.
//
// Tests compute the digits another way, and count that each single slip and
// each swap of two neighbours that the scheme promises to notice is noticed.
package papers
