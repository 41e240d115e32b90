# Each command is a script in scripts/.
.DEFAULT_GOAL := help
.PHONY: help demo psql test lint fmt build install uninstall installcheck bench package clean

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 20
	@echo
	@echo 'PG_CONFIG=/path/to/pg_config chooses another server.'

demo: ## the metrics of a demo company, in a throwaway PostgreSQL
	@scripts/with_server.sh scripts/demo.sh

psql: ## the same demo company, in psql
	@scripts/with_server.sh --interactive scripts/demo.sh psql

test: ## all tests; PG_VERSIONS="15 16 17 18", ONLY=name
	@scripts/test.sh

lint: ## check format, lints and documentation
	@scripts/lint.sh

fmt: ## format the code
	@cargo fmt --all

build: ## build the extension in release
	@scripts/build.sh

install: ## build and install the extension; DESTDIR=folder
	@scripts/install.sh

uninstall: ## remove it again
	@scripts/uninstall.sh

installcheck: ## test the installed extension on a running server (PGHOST, PGPORT, …)
	@scripts/installcheck.sh

bench: ## compare with plain SQL, DuckDB and ClickHouse
	@scripts/bench.sh

package: ## build a Debian package in target/
	@scripts/package.sh

clean: ## remove all that was built
	@rm -rf target
