//! The long passwords that attackers try first. Short ones need no list: twelve characters are asked for.
//! Entries are in lower case and without white space, as `password` folds what it looks up.

/// Whether a folded password is one of them, or a short piece said over and over.
pub(crate) fn contains(folded: &str) -> bool {
    COMMON.contains(&folded) || is_repeated_piece(folded)
}

/// "aaaaaaaaaaaa", "123123123123", "qwertqwertqwert": as easy to guess as the piece alone.
fn is_repeated_piece(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    (1..=5).any(|length| {
        let (_, later) = characters.split_at(length.min(characters.len()));
        characters
            .iter()
            .zip(later)
            .all(|(earlier, later)| earlier == later)
    })
}

const COMMON: &[&str] = &[
    "000000000000",
    "0123456789012",
    "012345678910",
    "0987654321098",
    "098765432109",
    "111122223333",
    "112233445566",
    "123456123456",
    "1234567654321",
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "12345678901234567890",
    "1234567890abc",
    "1234567890qwe",
    "1234567890qwertyuiop",
    "1234567891011",
    "123456789101112",
    "123456789abc",
    "123456789asd",
    "123456789qwe",
    "123456789qwerty",
    "12345qwert12345",
    "123qweasdzxc",
    "1q2w3e4r5t6y",
    "1q2w3e4r5t6y7u",
    "1q2w3e4r5t6y7u8i",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc",
    "1qaz2wsx3edc4rfv",
    "1qazxsw23edc",
    "abc123456789",
    "abcd12345678",
    "abcdefg12345",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcdefghijklmnopqrstuvwxyz",
    "admin1234567",
    "admin12345678",
    "adminadmin123",
    "administrator",
    "administrator1",
    "administrator123",
    "asdfghjkl123",
    "asdfghjkl1234",
    "asdfghjklzxcvbnm",
    "changeme1234",
    "changeme12345",
    "changemenow1",
    "changethispassword",
    "clearanceadmin",
    "clearmladmin",
    "correcthorsebatterystaple",
    "default12345",
    "defaultpassword",
    "footballfootball",
    "iloveyou1234",
    "iloveyou12345",
    "iloveyouforever",
    "iloveyousomuch",
    "letmein12345",
    "letmein123456",
    "letmeinplease",
    "liverpool123",
    "manchesterunited",
    "mynameisjohn",
    "mypassword12",
    "mypassword123",
    "mypassword1234",
    "newpassword1",
    "newpassword123",
    "p@ssw0rd1234",
    "p@ssw0rd12345",
    "p@ssword1234",
    "p@sswordp@ssword",
    "passw0rd1234",
    "passw0rd12345",
    "password!234",
    "password0000",
    "password1111",
    "password1234",
    "password1234!",
    "password12345",
    "password12345!",
    "password123456",
    "password1234567",
    "password12345678",
    "password123456789",
    "password2020",
    "password2021",
    "password2022",
    "password2023",
    "password2024",
    "password2025",
    "password2026",
    "password@123",
    "password@1234",
    "passwordpassword",
    "passwordpassword1",
    "q1w2e3r4t5y6",
    "q1w2e3r4t5y6u7i8",
    "qazwsxedcrfv",
    "qazwsxedcrfvtgb",
    "qwerty123456",
    "qwerty1234567",
    "qwerty12345678",
    "qwerty123456789",
    "qwertyqwerty",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiop1234",
    "qwertyuiop[]",
    "qwertyuiopasdf",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "secretpassword",
    "strongpassword",
    "superman1234",
    "supersecret1",
    "supersecret123",
    "supersecretpassword",
    "temppassword",
    "temporarypassword",
    "thisismypassword",
    "trustno1trustno1",
    "unbelievable",
    "welcome12345",
    "welcome123456",
    "welcome@1234",
    "yourpassword",
    "zaq12wsxcde3",
    "zxcvbnm12345",
    "zxcvbnmasdfghjkl",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_folded_and_long_enough_to_matter_and_stands_once() {
        for (place, entry) in COMMON.iter().enumerate() {
            assert!(entry.chars().count() > 11, "{entry} is refused for its length");
            assert!(
                !entry
                    .chars()
                    .any(|character| character.is_uppercase() || character.is_whitespace()),
                "{entry}"
            );
            assert!(!COMMON[..place].contains(entry), "{entry} stands twice");
        }
    }

    #[test]
    fn a_short_piece_said_over_and_over_is_common() {
        for text in [
            "aaaaaaaaaaaa",
            "121212121212",
            "abcabcabcabca",
            "qwertqwertqwert",
            "éééééééééééé",
        ] {
            assert!(contains(text), "{text}");
        }
        for text in ["abcdefabcdeg", "the-red-fox-jumps", "aaaaaaaaaaab"] {
            assert!(!contains(text), "{text}");
        }
    }
}
