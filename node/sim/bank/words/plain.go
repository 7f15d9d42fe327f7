package words

import "strings"

// accents pairs each accented letter of the names with its plain spelling.
var accents = strings.NewReplacer(
	"á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "Á", "A", "Å", "A", "Ä", "A",
	"ć", "c", "č", "c", "ç", "c", "Č", "C", "ď", "d", "Ď", "D",
	"é", "e", "è", "e", "ê", "e", "ë", "e", "ě", "e", "ę", "e", "É", "E",
	"í", "i", "î", "i", "ï", "i", "Í", "I", "ł", "l", "Ł", "L", "ľ", "l",
	"ñ", "n", "ń", "n", "ň", "n", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ö", "o", "ø", "o", "Ö", "O", "Ó", "O",
	"ř", "r", "Ř", "R", "š", "s", "ś", "s", "Š", "S", "ß", "ss", "ť", "t", "Ť", "T",
	"ú", "u", "ù", "u", "û", "u", "ü", "u", "ů", "u", "Ú", "U", "ý", "y", "ź", "z", "ż", "z", "ž", "z", "Ž", "Z", "Ż", "Z",
)

// Plain spells a Western name without accents, as a keyboard without them would.
func Plain(name string) string { return accents.Replace(name) }
