package mapping

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

var encodingNames = []string{"utf-8", "gbk", "gb18030", "latin1", "windows-1250", "windows-1252"}

// Encoding finds an encoding by its word; nil for UTF-8. In each of them the
// bytes of a line feed stand for nothing else, so that a file can be cut into
// lines before it is decoded.
func Encoding(name string) (enc encoding.Encoding, known bool) {
	switch name {
	case "utf-8":
		return nil, true
	case "gbk":
		return simplifiedchinese.GBK, true
	case "gb18030":
		return simplifiedchinese.GB18030, true
	case "latin1":
		return charmap.ISO8859_1, true
	case "windows-1250":
		return charmap.Windows1250, true
	case "windows-1252":
		return charmap.Windows1252, true
	}
	return nil, false
}
