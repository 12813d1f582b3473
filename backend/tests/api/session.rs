//! Signing in and out, tokens, forgotten passwords, and the list of one's browsers, through HTTP.

mod browsers;
mod held_off;
mod new_password;
mod password_reset;
mod sign_in;
mod token;

use shared::{
    session::{NewSession, Session, SignIn},
    text::Password,
};
use testkit::{Answer, As, TestApp};

/// A password that today's rules take.
const NEW_PASSWORD: &str = "a violin in the rain";

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer<Session> {
    let body = NewSession {
        email: email.parse().unwrap(),
        password: Password::new(password.to_owned()),
        new_password: None,
    };
    app.call::<SignIn>(As::Nobody, (), (), body).await
}

/// The browser that an answer signed in.
fn browser(answer: &Answer<Session>) -> As {
    As::Session(answer.cookie().expect("a session cookie").value().to_owned())
}

/// Sends `bodies` to an endpoint as anybody: each must be refused with a problem, none may fail the server.
async fn refuses(app: &TestApp, address: &str, bodies: Vec<String>) {
    for body in bodies {
        let shown: String = body.chars().take(80).collect();
        let request = app
            .request("POST", address, As::Nobody)
            .insert_header(("content-type", "application/json"))
            .set_payload(body);
        let answer = app.raw(request).await;
        assert!((400..500).contains(&answer.status), "{} {shown}", answer.status);
        assert!(!answer.code().is_empty());
    }
}
