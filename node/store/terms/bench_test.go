package terms

import "testing"

// documents are what parties of a branch look like.
func documents() []Document {
	return []Document{
		{Names: []string{"王小明", "WANG XIAOMING"}, Digits: []string{"+86 138 0013 8765", "11010119800101123X"}, Words: []string{"wang.xm@example.com", "北京"}},
		{Names: []string{"Jan Novák"}, Digits: []string{"+420 603 123 456", "19-2000145399/0800"}, Words: []string{"jan.novak@example.com", "Praha"}},
		{Names: []string{"上海浦东发展银行股份有限公司"}, Digits: []string{"913100001322076634"}, Words: []string{"上海"}},
	}
}

func BenchmarkColumns(b *testing.B) {
	for name, d := range map[string]Document{"chinese": documents()[0], "latin": documents()[1], "company": documents()[2]} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Columns()
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	for _, typed := range []string{"nov", "novak jan", "王小明", "wangxm", "王 5678"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Match(typed)
			}
		})
	}
}

func BenchmarkNear(b *testing.B) {
	for _, typed := range []string{"nowak", "王晓明"} {
		b.Run(typed, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Near(typed)
			}
		})
	}
}

func BenchmarkScore(b *testing.B) {
	for name, d := range map[string]Document{"chinese": documents()[0], "latin": documents()[1]} {
		for _, typed := range []string{"novak jan", "novka", "王小明"} {
			q := Parse(typed)
			b.Run(name+" "+typed, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					q.Score(d)
				}
			})
		}
	}
}
