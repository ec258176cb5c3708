// SPDX-License-Identifier: Apache-2.0

// gofetch SERVER SQL [direct]: reads every cell of a result with trino-go-client, prints the number of rows.
package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"os"

	"github.com/trinodb/trino-go-client/trino"
)

func fetch(server, statement string, direct bool) (int, error) {
	dsn := "http://grebe@" + server
	if direct { // by itself it takes spooled results, or else gzip; on the loopback neither helps it
		transport := &http.Transport{DisableCompression: true}
		if err := trino.RegisterCustomClient("direct", &http.Client{Transport: transport}); err != nil {
			return 0, err
		}
		dsn += "?session_properties=spooling_enabled:false&custom_client=direct"
	}
	db, err := sql.Open("trino", dsn)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	result, err := db.Query(statement)
	if err != nil {
		return 0, err
	}
	defer result.Close()
	columns, err := result.Columns()
	if err != nil {
		return 0, err
	}
	cells := make([]any, len(columns))
	places := make([]any, len(columns))
	for i := range cells {
		places[i] = &cells[i]
	}
	rows := 0
	for result.Next() {
		if err := result.Scan(places...); err != nil {
			return rows, err
		}
		rows++
	}
	return rows, result.Err()
}

func main() {
	rows, err := fetch(os.Args[1], os.Args[2], len(os.Args) > 3 && os.Args[3] == "direct")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(rows)
}
