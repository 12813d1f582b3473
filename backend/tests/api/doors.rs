//! What stands before every door: limits, headers, hosts, origins.
