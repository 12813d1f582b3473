//! "User preferences": switches that take effect at once, are kept with the account, and can be undone (R013 to R018, P07).

use leptos::prelude::*;
use shared::preferences::{HIDDEN_ARGUMENTS, Known, Setting, masked};

use crate::{
    preferences::{CurrentPreferences, use_preferences},
    sending::Refusal,
    ui::{
        button::{Button, IconButton, Kind},
        dom,
        failed::Failed,
        field::{TextField, Typed},
        form::Form,
        icon::Symbol,
        live::live,
        load::Explain,
        skeleton::Skeleton,
        switch::Switch,
        toast::use_toasts,
    },
};

/// A switch: its name, what it does, how it is read and what setting it makes.
type Row = (
    &'static str,
    &'static str,
    fn(&Known) -> bool,
    fn(bool) -> Setting,
);

const ROWS: [Row; 6] = [
    (
        "Show Hidden Projects",
        "Lists the projects of the infrastructure beside your own.",
        |known| known.show_hidden_projects,
        Setting::ShowHiddenProjects,
    ),
    (
        "Hide examples",
        "Leaves the examples that come with the server out of every list.",
        |known| known.hide_examples,
        Setting::HideExamples,
    ),
    (
        "HiDPI browser scale override",
        "Makes room where the system enlarges everything on a screen with many pixels. Off leaves the scale to the browser.",
        |known| known.hidpi_override,
        Setting::HidpiOverride,
    ),
    (
        "Don't show pro tips periodically",
        "No tip after signing in; otherwise one a day at most.",
        |known| known.no_pro_tips,
        Setting::NoProTips,
    ),
    (
        "Block scripts of previewed pages",
        "Shows pages from your storage without running the code in them. Whoever can write there could otherwise run it in your browser.",
        |known| known.block_scripts,
        Setting::BlockScripts,
    ),
    (
        "Hide container arguments in logs",
        "Masks the values of the arguments below wherever a log shows them.",
        |known| known.hide_arguments,
        Setting::HideArguments,
    ),
];

/// What people call the list of arguments.
const ARGUMENTS: &str = "The list of arguments";
/// The longest name of an argument.
const LONGEST: usize = 120;
/// The most names.
const MOST: usize = 50;

/// The card with the switches.
#[component]
pub fn PreferencesCard() -> impl IntoView {
    let preferences = use_preferences();
    let is_there = Memo::new(move |_| preferences.known().is_some());
    let failure = Memo::new(move |_| preferences.failure().map(|error| error.sentence()));
    let refused = Signal::derive(move || {
        let (name, sentence) = preferences.refused()?;
        (name == ARGUMENTS || ROWS.iter().any(|row| row.0 == name)).then_some(sentence)
    });
    let content = move || {
        if is_there.get() {
            let rows = ROWS.map(|row| switch(preferences, row));
            view! { {rows.into_iter().collect_view()} <Arguments preferences /> }.into_any()
        } else if let Some(sentence) = failure.get() {
            view! { <Failed sentence on_retry=move |()| preferences.load() /> }.into_any()
        } else {
            Skeleton::Rows(6).view()
        }
    };
    view! {
        <section class="card" aria-labelledby="preferences">
            <h2 id="preferences">"User preferences"</h2>
            <p class="muted">"Saved at once with your account: your other browsers follow."</p>
            <div>{content}</div>
            <Refusal error=refused />
        </section>
    }
}

fn switch(preferences: CurrentPreferences, row: Row) -> AnyView {
    let (name, hint, read, make) = row;
    let toasts = use_toasts();
    let on = Memo::new(move |_| preferences.known().is_some_and(|known| read(&known)));
    let choose = move |on: bool| {
        preferences.change(make(on), name);
        let state = if on { "on" } else { "off" };
        toasts.undo(format!("{name}: {state}"), move || {
            preferences.change(make(!on), name);
        });
    };
    view! { <Switch label=name hint on on_change=choose /> }.into_any()
}

/// The names of the arguments that are masked, and what that does to a line of a log.
#[component]
fn Arguments(preferences: CurrentPreferences) -> impl IntoView {
    let toasts = use_toasts();
    let names = Memo::new(move |_| {
        preferences
            .known()
            .map(|known| known.hidden_arguments)
            .unwrap_or_default()
    });
    let hides = Memo::new(move |_| preferences.known().is_some_and(|known| known.hide_arguments));
    let typed = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let save = Callback::new(move |(after, words): (Vec<String>, String)| {
        let before = names.get_untracked();
        preferences.change(Setting::HiddenArguments(after), ARGUMENTS);
        let back = move || preferences.change(Setting::HiddenArguments(before.clone()), ARGUMENTS);
        toasts.undo(words, back);
    });
    let add = move |()| {
        let (name, mut all) = (typed.get_untracked().trim().to_owned(), names.get_untracked());
        error.set(fault(&name, &all));
        if error.with_untracked(Option::is_none) {
            let words = format!("{name} is hidden");
            all.push(name);
            typed.set(String::new());
            save.run((all, words));
        }
    };
    let place = dom::fresh_id("arguments");
    let own = place.clone();
    let chip = move |(n, name): (usize, String)| {
        let label = format!("Show {name} again");
        let (own, words) = (own.clone(), format!("{name} is shown"));
        let remove = move |_| {
            let mut all = names.get_untracked();
            if n < all.len() {
                all.remove(n);
            }
            save.run((all, words.clone()));
            // The button is gone; the next one takes the focus, or the field after the last.
            let own = own.clone();
            dom::before_paint(move || {
                let place = document().get_element_by_id(&own);
                if let Some(next) =
                    place.and_then(|place| dom::all(&place, "li button, input").into_iter().nth(n))
                {
                    dom::focus(&next);
                }
            });
        };
        view! { <li class="chip"><span>{name}</span> <IconButton symbol=Symbol::Cross label on_click=remove /></li> }
    };
    let line = move || {
        let names = names.get();
        let line = example(&names);
        if hides.get() { masked(&line, &names) } else { line }
    };
    view! {
        <div id=place class="stack">
            <ul class="chips" aria-label="Hidden arguments">
                {live(move || names.get().into_iter().enumerate().map(&chip).collect_view())}
            </ul>
            <Form on_submit=add>
                <div class="with-button">
                    <TextField
                        label="Argument to hide"
                        value=typed
                        kind=Typed::Code
                        optional=true
                        max_length=LONGEST
                        error
                        hint="A variable or an option, like MY_TOKEN or --password. MY_* stands for all that begin like it."
                    />
                    <Button kind=Kind::Submit>"Add"</Button>
                </div>
            </Form>
            <p class="muted">"A line of a log, as you would read it:"</p>
            <pre class="code" tabindex="0" role="group" aria-label="Example">{line}</pre>
        </div>
    }
}

/// What is wrong with one more name.
fn fault(name: &str, all: &[String]) -> Option<String> {
    let stem = name.strip_suffix('*').unwrap_or(name).trim_start_matches('-');
    if stem.is_empty() || name.contains([' ', '\t', '=', ':', '"', '\'']) {
        Some("Enter the name alone, without a value: MY_TOKEN or --password.".to_owned())
    } else if all.iter().any(|one| one == name) {
        Some("It is in the list already.".to_owned())
    } else if all.len() >= MOST {
        Some("The list is full. MY_* stands for all names that begin like it.".to_owned())
    } else {
        None
    }
}

/// A line with some of ClearML's names and all of one's own.
fn example(names: &[String]) -> String {
    let own = names
        .iter()
        .map(String::as_str)
        .filter(|name| !HIDDEN_ARGUMENTS.contains(name));
    let mut line = "docker run -e EPOCHS=3".to_owned();
    for name in HIDDEN_ARGUMENTS.into_iter().skip(1).take(2).chain(own) {
        let is_option = name.starts_with('-');
        line.push_str(if is_option { " " } else { " -e " });
        match name.strip_suffix('*') {
            Some(stem) => {
                line.push_str(stem);
                line.push('X');
            }
            None => line.push_str(name),
        }
        line.push_str(if is_option { " s3cret" } else { "=s3cret" });
    }
    line.push_str(" trainer:latest");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p07_the_example_shows_what_is_masked() {
        let names = ["AWS_SECRET_ACCESS_KEY", "--password", "MY_*"].map(str::to_owned);
        assert_eq!(
            masked(&example(&names), &names),
            "docker run -e EPOCHS=3 -e CLEARML_AGENT_GIT_PASS=s3cret -e AWS_SECRET_ACCESS_KEY=******** --password ******** -e MY_X=******** trainer:latest"
        );
    }

    #[test]
    fn a_name_stands_alone_and_once() {
        let all = ["KEY".to_owned()];
        for good in ["TOKEN", "--password", "MY_*"] {
            assert_eq!(fault(good, &all), None, "{good}");
        }
        for odd in ["", "*", "--", "KEY", "A=b", "a b"] {
            assert!(fault(odd, &all).is_some(), "{odd}");
        }
        assert!(fault("TOKEN", &vec![String::new(); MOST]).is_some());
    }
}
