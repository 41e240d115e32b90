SELECT count(*), sum(amount), min(starts_at), max(ends_at) FROM periods
