//! The pages, one folder per feature, with the same names as in the contract. `app::page` and the routes in `app` say
//! which address shows which page.
