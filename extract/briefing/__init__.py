def briefing(con): return "<!doctype html>"
