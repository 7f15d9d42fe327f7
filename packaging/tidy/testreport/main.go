package main

import (
	"fmt"
	"os"
)

func main() {
	well, err := summarize(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	if err != nil || !well {
		os.Exit(1)
	}
}
