// SPDX-License-Identifier: Apache-2.0

// gofloor ROUNDS FILE...: the rows of pages through encoding/json as trino-go-client takes them, numbers converted by
// column type; CPU seconds and rows a round.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

type page struct {
	Columns []struct {
		Type string `json:"type"`
	} `json:"columns"`
	Data [][]any `json:"data"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func decode(content []byte) int {
	var decoded page
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	check(decoder.Decode(&decoded))
	for _, row := range decoded.Data {
		for i, column := range decoded.Columns {
			number, ok := row[i].(json.Number)
			if !ok {
				continue
			}
			var err error
			if column.Type == "double" {
				row[i], err = number.Float64()
			} else {
				row[i], err = number.Int64()
			}
			check(err)
		}
	}
	return len(decoded.Data)
}

func cpu() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

func main() {
	rounds, err := strconv.Atoi(os.Args[1])
	check(err)
	var pages [][]byte
	for _, name := range os.Args[2:] {
		content, err := os.ReadFile(name)
		check(err)
		pages = append(pages, content)
	}
	for range rounds {
		start, rows := cpu(), 0
		for _, content := range pages {
			rows += decode(content)
		}
		fmt.Println(cpu()-start, rows)
	}
}
