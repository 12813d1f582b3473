//! The server has the app inside. A build without it must work as well, so the folder is made when it is not there.

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=../dist");
    std::fs::create_dir_all("../dist")
}
