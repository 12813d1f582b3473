//! Signing in and out, tokens, forgotten passwords, and the list of one's browsers, through HTTP.
