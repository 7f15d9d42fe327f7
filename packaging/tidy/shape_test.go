package tidy

import (
	"fmt"
	"go/ast"
	"slices"
)

// Limits of size. Code is read more often than it is written, and a thing that
// does not fit on a screen or two is not read but searched.
const (
	maxFunctionLines = 70  // a long screen
	maxFileLines     = 500 // ten screens; nine in ten files of good projects are shorter
	maxTestFileLines = 800 // tests are tables, read row by row
	maxParameters    = 5   // more want a struct with named fields
	wideFiles        = 12  // a package beyond these wants splitting by noun or by audience
	wideLines        = 2500
)

func longFunctions(t tree) []finding {
	return inspect(t, func(f goFile, n ast.Node, fault faulter) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if lines := f.span(n); lines > maxFunctionLines {
				fault(n, "function %s has %d lines, the limit is %d", n.Name.Name, lines, maxFunctionLines)
			}
		case *ast.FuncLit:
			if lines := f.span(n); lines > maxFunctionLines {
				fault(n, "a function literal has %d lines, the limit is %d", lines, maxFunctionLines)
			}
		}
	})
}

func longFiles(t tree) []finding {
	var found []finding
	for _, f := range t.goFiles {
		limit := maxFileLines
		if f.test {
			limit = maxTestFileLines
		}
		if len(f.lines) > limit {
			says := fmt.Sprintf("%d lines, the limit is %d: split it by noun", len(f.lines), limit)
			found = append(found, finding{f.path, limit + 1, says})
		}
	}
	return found
}

func manyParameters(t tree) []finding {
	return inspect(t, func(_ goFile, n ast.Node, fault faulter) {
		signature, is := n.(*ast.FuncType)
		if is && signature.Params.NumFields() > maxParameters {
			fault(n, "%d parameters, the limit is %d: name them in a struct", signature.Params.NumFields(), maxParameters)
		}
	})
}

// wide lists the packages that have grown beyond what one head holds.
func wide(t tree) []string {
	var found []string
	for dir, files := range t.packages() {
		lines := 0
		for _, f := range files {
			lines += len(f.lines)
		}
		if len(files) > wideFiles || lines > wideLines {
			found = append(found, fmt.Sprintf("%s: %d files, %d lines", dir, len(files), lines))
		}
	}
	return found
}

// undocumented lists exported declarations without a comment.
func undocumented(t tree) []string {
	var found []string
	for _, f := range t.goFiles {
		if f.test || f.ast.Name.Name == "main" {
			continue
		}
		for _, declaration := range f.ast.Decls {
			if name := bare(declaration); name != nil {
				found = append(found, f.fault(name, "%s has no comment", name.Name).String())
			}
		}
	}
	return found
}

// bare returns the exported name that a declaration leaves without a comment.
func bare(declaration ast.Decl) *ast.Ident {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		speaks := slices.Contains([]string{"Error", "String", "Unwrap"}, d.Name.Name) // known to everybody
		if d.Doc == nil && !speaks && d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv)) {
			return d.Name
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			if s, is := spec.(*ast.TypeSpec); is && d.Doc == nil && s.Doc == nil && s.Name.IsExported() {
				return s.Name
			}
		}
	}
	return nil
}

func exportedReceiver(receiver *ast.FieldList) bool {
	exported := false
	ast.Inspect(receiver.List[0].Type, func(n ast.Node) bool {
		if name, is := n.(*ast.Ident); is {
			exported = exported || name.IsExported()
		}
		return true
	})
	return exported
}

// faulter notes a fault at a node.
type faulter func(n ast.Node, format string, args ...any)

// inspect walks every Go file, tests included.
func inspect(t tree, visit func(f goFile, n ast.Node, fault faulter)) []finding {
	var found []finding
	for _, f := range t.goFiles {
		ast.Inspect(f.ast, func(n ast.Node) bool {
			if n != nil {
				visit(f, n, func(at ast.Node, format string, args ...any) {
					found = append(found, f.fault(at, format, args...))
				})
			}
			return true
		})
	}
	return found
}
