module grebe/bench/gofloor

go 1.24
