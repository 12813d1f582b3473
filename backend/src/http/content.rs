//! Answers with content that people made and the server passes on. Whatever it is, it runs nothing of this server's: it has
//! no origin, no window but a frame of the app's, and reaches nobody.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{self, HeaderValue},
    web,
};
use futures_util::{Stream, StreamExt as _, stream};
use shared::contract::{Endpoint, Foreign};

use super::{
    ctx::Ctx,
    mount::Mount,
    pieces::{InPieces, Pieces, serve_pieces},
};
use crate::{access::Admit, error::AppError};

/// What a browser may do with the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Load it into a page as a picture, film or sound, or save it; never show it in a window.
    ToBeSaved,
    /// Show it in a frame of the app, with the scripts that are in it.
    InFrameWithScripts,
    /// Show it in a frame of the app, without scripts.
    InFrame,
}

impl Shut {
    const fn policy(self) -> &'static str {
        match self {
            Self::ToBeSaved => "sandbox; default-src 'none'; frame-ancestors 'none'",
            Self::InFrameWithScripts => {
                "sandbox allow-scripts; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; \
                 script-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
            }
            Self::InFrame => {
                "sandbox; default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'none'; \
                 form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
            }
        }
    }

    const fn frames(self) -> &'static str {
        match self {
            Self::ToBeSaved => "DENY",
            Self::InFrameWithScripts | Self::InFrame => "SAMEORIGIN",
        }
    }
}

/// Content to pass on.
pub struct Content {
    media: &'static str,
    disposition: String,
    shut: Shut,
    pieces: Pieces,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?}", self.media, self.shut)
    }
}

impl Content {
    /// A page to be shown.
    #[must_use]
    pub fn page(media: &'static str, shut: Shut, bytes: Vec<u8>) -> Self {
        Self {
            media,
            disposition: "inline".to_owned(),
            shut,
            pieces: stream::iter([Ok(web::Bytes::from(bytes))]).boxed_local(),
        }
    }

    /// A file; `disposition` names it.
    pub fn file(
        media: &'static str,
        disposition: String,
        pieces: impl Stream<Item = Result<web::Bytes, AppError>> + 'static,
    ) -> Self {
        Self {
            media,
            disposition,
            shut: Shut::ToBeSaved,
            pieces: pieces.boxed_local(),
        }
    }
}

/// Mounts a REST endpoint that passes content of one of the types `media` on.
pub fn serve_content<E, F, Fut>(_: E, media: &'static [&'static str], handler: F) -> Mount
where
    E: Endpoint<Reply = Foreign>,
    E::Caller: Admit,
    F: Fn(Ctx<E>) -> Fut + 'static,
    Fut: Future<Output = Result<Content, AppError>> + 'static,
{
    serve_pieces::<E, _, _, _>(media, handler)
}

impl InPieces for Content {
    fn begun(&self) -> HttpResponseBuilder {
        let fixed = HeaderValue::from_static;
        let mut answer = HttpResponse::Ok();
        answer
            .content_type(self.media)
            .insert_header((header::CONTENT_DISPOSITION, self.disposition.as_str()))
            .insert_header((header::CONTENT_SECURITY_POLICY, fixed(self.shut.policy())))
            .insert_header((header::X_FRAME_OPTIONS, fixed(self.shut.frames())));
        answer
    }

    fn pieces(self) -> Pieces {
        self.pieces
    }
}
