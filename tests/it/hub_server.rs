//! A server on this machine that plays the Hugging Face hub: a model's files behind the
//! addresses of the real one, with a second address for large files, as the real one has.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};

/// The commit that `main` stands at.
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// The only model.
pub(crate) const MODEL: &str = "ada/small";

/// Where the hub itself redirects to for small files.
const CACHED: &str = "/api/resolve-cache/models/";

/// What the server does besides answering truthfully.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mood {
    /// Bytes of a large file after which the connection breaks, once.
    pub(crate) break_after: Option<usize>,
    /// Bytes of a large file after which nothing more comes.
    pub(crate) stall_after: Option<usize>,
    /// Large files are sent whole whatever is asked for.
    pub(crate) ignore_ranges: bool,
    /// Large files have another byte in the middle.
    pub(crate) corrupt: bool,
    /// Only this token may read.
    pub(crate) token: Option<&'static str>,
}

/// A request as it came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Whether it came to the address for large files.
    pub(crate) large: bool,
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) authorization: Option<String>,
}

/// What the threads of the server share.
struct State {
    files: BTreeMap<String, Vec<u8>>,
    mood: Mood,
    requests: Vec<Request>,
    large: String,
}

/// The running server.
pub(crate) struct Hub {
    endpoint: String,
    state: Arc<Mutex<State>>,
}

impl Hub {
    /// Starts the server with a model's files. It ends with the process.
    pub(crate) fn with(files: &[(&str, &[u8])]) -> Self {
        let small = TcpListener::bind("127.0.0.1:0").unwrap();
        // Another host by name, as the real hub's store of large files is.
        let large = TcpListener::bind("127.0.0.2:0").unwrap();
        let files = files.iter();
        let state = Arc::new(Mutex::new(State {
            files: files
                .map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()))
                .collect(),
            mood: Mood::default(),
            requests: Vec::new(),
            large: format!("http://{}", large.local_addr().unwrap()),
        }));
        let endpoint = format!("http://{}", small.local_addr().unwrap());
        for (listener, is_large) in [(small, false), (large, true)] {
            let state = Arc::clone(&state);
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    let state = Arc::clone(&state);
                    thread::spawn(move || answer(&stream, is_large, &state));
                }
            });
        }
        Self { endpoint, state }
    }

    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The address of large files.
    pub(crate) fn large(&self) -> String {
        self.state.lock().unwrap().large.clone()
    }

    /// Changes what the next requests meet.
    pub(crate) fn set(&self, mood: Mood) {
        self.state.lock().unwrap().mood = mood;
    }

    /// The requests since this was asked last.
    pub(crate) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.state.lock().unwrap().requests)
    }
}

/// SHA-256 as hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(digest(&SHA256, bytes).as_ref())
}

/// Git's name of a blob.
fn git(bytes: &[u8]) -> String {
    let mut blob = format!("blob {}\0", bytes.len()).into_bytes();
    blob.extend_from_slice(bytes);
    hexadecimal(digest(&SHA1_FOR_LEGACY_USE_ONLY, &blob).as_ref())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn is_large(name: &str) -> bool {
    name.ends_with(".safetensors")
}

fn read(stream: &TcpStream, large: bool) -> Option<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let path = first.split(' ').nth(1)?.to_owned();
    let mut request = Request {
        large,
        path,
        ..Request::default()
    };
    for line in lines {
        let line = line.ok()?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        match name.to_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "authorization" => request.authorization = Some(value.to_owned()),
            _ => {}
        }
    }
    Some(request)
}

fn answer(stream: &TcpStream, large: bool, state: &Mutex<State>) {
    let Some(request) = read(stream, large) else {
        return;
    };
    let mut state = state.lock().unwrap();
    state.requests.push(request.clone());
    let mood = state.mood;
    let wanted = mood.token.map(|token| format!("Bearer {token}"));
    if !large && wanted.is_some() && request.authorization != wanted {
        return send(stream, "401 Unauthorized", "", b"");
    }
    let resolve = format!("/{MODEL}/resolve/{COMMIT}/");
    if large {
        let sum = request.path.trim_start_matches('/');
        let file = state.files.values().find(|bytes| sha256(bytes) == sum);
        let bytes = file.unwrap().clone();
        if mood.break_after.is_some() {
            state.mood.break_after = None;
        }
        drop(state);
        send_large(stream, &request, bytes, mood);
    } else if request.path == format!("/api/models/{MODEL}/revision/main?blobs=true")
        || request.path == format!("/api/models/{MODEL}/revision/{COMMIT}?blobs=true")
    {
        send(stream, "200 OK", "", listing(&state.files).as_bytes());
    } else if let Some((name, bytes)) = request
        .path
        .strip_prefix(&resolve)
        .and_then(|name| state.files.get_key_value(name))
    {
        if is_large(name) {
            let place = format!("Location: {}/{}\r\n", state.large, sha256(bytes));
            send(stream, "302 Found", &place, b"");
        } else {
            let place = format!("Location: {CACHED}{name}\r\n");
            send(stream, "307 Temporary Redirect", &place, b"");
        }
    } else if let Some(bytes) = request
        .path
        .strip_prefix(CACHED)
        .and_then(|name| state.files.get(name))
    {
        send(stream, "200 OK", "", bytes);
    } else {
        send(stream, "404 Not Found", "", b"");
    }
}

fn listing(files: &BTreeMap<String, Vec<u8>>) -> String {
    let siblings: Vec<serde_json::Value> = files
        .iter()
        .map(|(name, bytes)| {
            let mut file = serde_json::json!({
                "rfilename": name, "size": bytes.len(), "blobId": git(bytes),
            });
            if is_large(name) {
                // Git holds a pointer, and `blobId` is the pointer's.
                file["blobId"] = git(b"a pointer").into();
                file["lfs"] = serde_json::json!({
                    "size": bytes.len(), "sha256": sha256(bytes), "pointerSize": 9,
                });
            }
            file
        })
        .collect();
    serde_json::json!({ "id": MODEL, "sha": COMMIT, "siblings": siblings }).to_string()
}

fn send(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A client that is gone is part of some tests.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

fn send_large(mut stream: &TcpStream, request: &Request, mut bytes: Vec<u8>, mood: Mood) {
    if mood.corrupt {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    let whole = bytes.len();
    let start = request.range.as_ref().map_or(0, |range| {
        let range = range.strip_prefix("bytes=").unwrap();
        range.strip_suffix('-').unwrap().parse().unwrap()
    });
    let (status, headers, start) = if start > 0 && !mood.ignore_ranges {
        let range = format!("Content-Range: bytes {start}-{}/{whole}\r\n", whole - 1);
        ("206 Partial Content", range, start)
    } else {
        ("200 OK", String::new(), 0)
    };
    let body = &bytes[start..];
    let Some(most) = mood.break_after.or(mood.stall_after) else {
        return send(stream, status, &headers, body);
    };
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..most.min(body.len())]).unwrap();
    if mood.stall_after.is_some() {
        // Nothing is read or sent until the client is gone.
        let _ = std::io::copy(&mut stream, &mut std::io::sink());
    }
}
