//! Every widget on one page, for development alone (`--features gallery`). Never part of a release.

use leptos::prelude::*;

use crate::{
    api::ApiError,
    routes::Section,
    session::use_session,
    text,
    ui::{
        ago::Ago,
        avatar::{Avatar, AvatarStack, SeatRings},
        badge::{AttentionDot, Badge, Tone},
        button::{Button, IconButton, Look},
        choice::{CheckField, Choice, RadioField},
        confirm_dialog::ConfirmDialog,
        copy::CopyButton,
        dialog::Dialog,
        dom::now_ms,
        empty::{Empty, NoMatch},
        fetched::Fetched,
        field::{SelectField, TextArea, TextField, Typed},
        form::Form,
        icon::Symbol,
        id_chip::IdChip,
        inline_edit::InlineEdit,
        load::{Explain, load},
        meter::Meter,
        notice::Notice,
        page_title::PageTitle,
        panel::Panel,
        password_field::{PasswordField, Which},
        skeleton::Skeleton,
        switch::Switch,
        table::{Column, Table},
        tabs::{Tab, Tabs},
        toast::use_toasts,
    },
};

/// Shows the widgets in place of a section.
pub fn page(section: Section) -> fn() -> AnyView {
    match section {
        Section::Profile => || view! { <Cards /> }.into_any(),
        Section::Configuration => || view! { <Forms /> }.into_any(),
        Section::Workspace => || view! { <Tables /> }.into_any(),
        _ => || view! { <States /> }.into_any(),
    }
}

#[component]
fn Cards() -> impl IntoView {
    let name = RwSignal::new("Ann Lee".to_owned());
    let hidden = RwSignal::new(false);
    let pixels = RwSignal::new(true);
    view! {
        <PageTitle title="Profile" section=text::SETTINGS />
        <section class="card">
            <div class="profile-head">
                <Avatar name large=true />
                <div>
                    <h2><InlineEdit label="name" value=name on_save=move |text| name.set(text) /></h2>
                    <p class="muted">"ann@example.com"</p>
                </div>
            </div>
            <dl class="facts">
                <div><dt>"User ID"</dt><dd><IdChip id="0190a0b0c0d07000800000000000abcd" /></dd></div>
                <div><dt>"Signed in"</dt><dd><Ago at=Signal::derive(|| millis(now_ms() - 200e3)) /></dd></div>
            </dl>
        </section>
        <section class="card">
            <h2>"User preferences"</h2>
            <Switch label="Show Hidden Projects" on=hidden hint="Lists infrastructure projects beside your own." on_change=move |on| hidden.set(on) />
            <Switch label="HiDPI browser scale override" on=pixels hint="Draws at the density of your screen." on_change=move |on| pixels.set(on) />
        </section>
        <section class="card">
            <h2>"Members"</h2>
            <p>"Workspace has 2 of 10 users"</p>
            <SeatRings names=["Ann Lee", "Bo Chen"].map(str::to_owned).into() taken=2 seats=Some(10) />
            <AvatarStack names=["Ann Lee", "Bo Chen", "Cy Ode", "Di Roy", "Ed Fox", "Flo Ray", "Gus Orr"].map(str::to_owned).into() />
            <Meter label="API calls" value=920_000.0 max=1_000_000.0 words="920,000 of 1,000,000" />
            <Meter label="Artifacts" value=20.0 max=100.0 words="20 of 100 GB" />
        </section>
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a time")]
fn millis(time: f64) -> i64 {
    time as i64
}

#[component]
fn Forms() -> impl IntoView {
    let text = RwSignal::new(String::new());
    let wrong = Signal::stored(Some("Enter an e-mail address like name@example.com.".to_owned()));
    let choice = RwSignal::new("own".to_owned());
    let check = RwSignal::new(true);
    let choices = vec![
        Choice {
            value: "own".into(),
            label: "My own team".into(),
            hint: "No plans, no limits.".into(),
        },
        Choice {
            value: "many".into(),
            label: "Several teams".into(),
            hint: "Plans from a catalogue.".into(),
        },
    ];
    let options = Signal::stored(vec![
        ("a".to_owned(), "30 days".to_owned()),
        ("b".to_owned(), "Never".to_owned()),
    ]);
    view! {
        <PageTitle title="Configuration" section=text::SETTINGS>
            <Button look=Look::Primary icon=Symbol::Plus>"Add bucket"</Button>
        </PageTitle>
        <section class="card">
            <h2>"Web App Cloud Access"</h2>
            <Form on_submit=|()| ()>
                <TextField label="Bucket" value=text hint="The name alone, without s3://." placeholder="my-bucket" />
                <TextField label="E-mail" value=RwSignal::new("ann".to_owned()) kind=Typed::Email error=wrong />
                <PasswordField label="Password" value=RwSignal::new("secret".to_owned()) which=Which::Current />
                <SelectField label="Expires" value=RwSignal::new("b".to_owned()) options />
                <TextArea label="Notes" value=text optional=true />
                <RadioField legend="Who is this server for?" value=choice choices />
                <CheckField label="Remember this browser" value=check hint="For 30 days." />
                <div class="actions">
                    <Button look=Look::Primary>"Save bucket"</Button>
                    <Button look=Look::Primary busy=true>"Saving"</Button>
                    <Button>"Cancel"</Button>
                    <Button look=Look::Danger icon=Symbol::Trash>"Remove"</Button>
                    <Button look=Look::Quiet>"Quiet"</Button>
                    <Button blocked=Signal::stored(Some("Only administrators may".to_owned()))>"Blocked"</Button>
                </div>
            </Form>
        </section>
    }
}

#[component]
fn Tables() -> impl IntoView {
    let sort = RwSignal::new("name".to_owned());
    let tab = RwSignal::new("python".to_owned());
    let unfolded = RwSignal::new(true);
    let open = RwSignal::new(false);
    let asking = RwSignal::new(false);
    view! {
        <PageTitle title="Workspace" section=text::SETTINGS />
        <Panel
            name=Signal::stored("Ann's workspace".to_owned())
            open=unfolded
            beside=|| {
                view! {
                    <Badge tone=Tone::Accent>"Currently Active"</Badge>
                    <IdChip id="0190a0b0c0d07000800000000000abcd" />
                    <AttentionDot label="1 key expires soon" />
                }
            }
        >
            <Body sort open asking />
        </Panel>
        <Dialog open on_close=move |()| open.set(false) title="New credentials" keep_open=Signal::stored(Some("The secret is not copied yet. It is never shown again.".to_owned()))>
            <Tabs
                label="How to use it"
                tabs=vec![Tab { key: "python", label: "LOCAL PYTHON" }, Tab { key: "jupyter", label: "JUPYTER NOTEBOOK" }]
                chosen=tab
                on_choose=move |key: &'static str| tab.set(key.to_owned())
            >
                <pre class="code" tabindex="0">"api {\n  web_server: http://127.0.0.1:8080\n  api_server: http://127.0.0.1:8080/api\n  credentials {\n    \"access_key\" = \"CLRABCDEFGHIJKLMNOPQRSTUV12345\"\n  }\n}"</pre>
            </Tabs>
            <div class="actions actions-end">
                <CopyButton text="x" look=Look::Primary />
                <Button on_click=move |_| open.set(false)>"Close"</Button>
            </div>
        </Dialog>
        <ConfirmDialog
            open=asking
            on_close=move |()| asking.set(false)
            title="Revoke the key “cluster”?"
            action="Revoke key"
            type_first=Signal::stored(Some("cluster".to_owned()))
            on_confirm=move |()| asking.set(false)
        >
            <p>"Whatever uses it is refused from the next call on. This cannot be undone."</p>
        </ConfirmDialog>
    }
}

#[component]
fn Body(sort: RwSignal<String>, open: RwSignal<bool>, asking: RwSignal<bool>) -> impl IntoView {
    let toasts = use_toasts();
    let session = use_session();
    let columns = vec![
        Column::sorted("Access key", "key"),
        Column::sorted("Label", "name"),
        Column::text("Status"),
        Column::number("Calls"),
        Column::text("Last used"),
        Column::actions("Actions"),
    ];
    let (undo, undone, called) = (toasts.clone(), toasts.clone(), toasts.clone());
    let call = move |_| {
        let toasts = called.clone();
        leptos::task::spawn_local(async move {
            toasts.tell(match session.reload_workspaces().await {
                Ok(()) => "Answered".to_owned(),
                Err(error) => error.sentence(),
            });
        });
    };
    let undone = StoredValue::new(undone);
    view! {
        <h3>"App credentials"</h3>
        <Table caption="App credentials" columns sort on_sort=move |order| sort.set(order)>
            <Row key="CLRABCDEFGHIJKLMNOPQRSTUV12345" label="laptop" tone=Tone::Good status="Active" />
            <Row key="CLRZYXWVUTSRQPONMLKJIHGFE54321" label="cluster" tone=Tone::Warning status="Expires soon" />
            <Row key="CLR1234567890123456789ABCDEFGH" label="old" tone=Tone::Danger status="Revoked" />
        </Table>
        <div class="actions">
            <Button icon=Symbol::Plus look=Look::Primary on_click=move |_| open.set(true)>"Create new credentials"</Button>
            <Button on_click=move |_| asking.set(true)>"Revoke"</Button>
            <Button on_click=move |_| toasts.tell("Saved")>"Tell"</Button>
            <Button on_click=call>"Call"</Button>
            <Button on_click=|_| panic!("asked for")>"Panic"</Button>
            <Button on_click=move |_| undo.undo("Label removed", move || undone.get_value().tell("Undone"))>"Remove"</Button>
        </div>
    }
}

#[component]
fn Row(key: &'static str, label: &'static str, tone: Tone, status: &'static str) -> impl IntoView {
    view! {
        <tr>
            <th scope="row"><code>{key}</code></th>
            <td>{label}</td>
            <td><Badge tone>{status}</Badge></td>
            <td class="number">"12,345"</td>
            <td><Ago at=Signal::derive(|| millis(now_ms() - 9e6)) /></td>
            <td class="row-actions">
                <IconButton symbol=Symbol::Rotate label=format!("Rotate {label}") class="reveal" on_click=|_| () />
                <IconButton symbol=Symbol::Trash label=format!("Revoke {label}") class="reveal" on_click=|_| () />
            </td>
        </tr>
    }
}

#[component]
fn States() -> impl IntoView {
    let failing = Fetched::new(|| async { Err::<String, _>(ApiError::Offline) });
    let never = Fetched::new(|| async { std::future::pending::<Result<String, ApiError>>().await });
    view! {
        <PageTitle title="Users & Groups" section=text::SETTINGS />
        <section class="card">{load(failing, Skeleton::Lines(3), |text| text)}</section>
        <section class="card">{load(never, Skeleton::Rows(3), |text| text)}</section>
        <section class="card">
            <Empty symbol=Symbol::Key title="No keys yet" text="A key lets your training scripts sign in.">
                <Button look=Look::Primary icon=Symbol::Plus>"Create new credentials"</Button>
            </Empty>
        </section>
        <section class="card"><NoMatch on_clear=|()| () /></section>
        <Notice tone=Tone::Accent>"A new version is installed."</Notice>
        <Notice tone=Tone::Warning>"Two keys expire within a week."</Notice>
        <Notice tone=Tone::Good>"Everything is in order."</Notice>
        <Notice tone=Tone::Danger>"This workspace is over its limit."</Notice>
    }
}
