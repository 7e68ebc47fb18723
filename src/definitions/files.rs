//! The files that messages name: given by the application, or read beside the definitions.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::builder::{Builder, offset};
use crate::{
    diagnostic::{Code, Diagnostic, Source},
    hir::{Content, Module},
    limits::Limits,
    span::Span,
};

/// Where files are found.
#[derive(Clone, Debug, Default)]
pub(super) struct Files {
    /// Those that the application gave, by name.
    given: HashMap<String, Source>,
    /// The folders of the definitions that were read from files, by the number of their source.
    folders: HashMap<u32, PathBuf>,
}

impl Builder {
    /// Adds a file that a message names, as in `html from "win_back.html"`.
    ///
    /// Definitions that were read from disk find such files beside them by themselves, see [`file`](Self::file) and
    /// [`folder`](Self::folder); one that is given takes the place of one that lies there.
    ///
    /// ```
    /// # use audience::Definitions;
    /// let shop = Definitions::builder()
    ///     .source("shop.audience", r#"
    ///         customer { id: string key }
    ///         message receipt { channel email, transactional, subject "Thank you", html from "mails/receipt.html" }
    ///     "#)
    ///     .message_file("mails/receipt.html", "<p>Thank you, {{ id | default: \"dear customer\" }}</p>")
    ///     .build()?;
    /// assert!(shop.message("receipt").is_ok());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn message_file(mut self, name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        self.files.given.insert(name.to_owned(), Source::new(name, text));
        self
    }

    /// Gives a text that messages, and templates of these definitions, may show with `{% render "name" %}`. A second one of a
    /// name takes the place of the first.
    ///
    /// A partial sees its arguments and nothing else. One that begins with the tag `inputs` says what they are: then what
    /// it lacks, does not know or cannot use is an error where it is rendered.
    ///
    /// ```
    /// # use audience::{Code, Definitions};
    /// let shop = |part: &str| {
    ///     Definitions::builder()
    ///         .partial("hello", "{% inputs name: string filled, from: string? filled -%} Hello {{ name }}!")
    ///         .source("shop.audience", format!("customer {{ id: string key }} message hi {{ channel sms, text '{part}' }}"))
    ///         .build()
    /// };
    /// assert!(shop("{% assign name = id | default: \"you\" %}{% render \"hello\", name: name %}").is_ok());
    /// let error = shop("{% render \"hello\", name: id %}").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::MayBeMissing);
    /// let error = shop("{% render \"hello\" %}").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].message, "`hello` is not given `name`");
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn partial(mut self, name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        self.partials.add(name, Source::new(name, text));
        self
    }

    /// Adds the files of a folder that end in `.json` as translations, each in the language that it is named after: `es.json`. See
    /// [`translations`](Self::translations).
    ///
    /// ```no_run
    /// # use audience::Definitions;
    /// let shop = Definitions::builder().folder("audiences").translations_folder("audiences/locales").build()?;
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn translations_folder(mut self, folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        let mut room = self.limits.source_bytes;
        let mut files = Vec::new();
        if let Err(error) = files_in(folder, &mut files) {
            self.unreadable(&folder.to_string_lossy(), &error);
        }
        files.retain(|path| path.parent() == Some(folder) && path.extension().is_some_and(|it| it == "json"));
        for path in files {
            let text = read(&path, room).and_then(|text| {
                text.ok_or_else(|| io::Error::other("the translations have more bytes than the limit"))
            });
            match text {
                Ok(text) => {
                    room = room.saturating_sub(text.len());
                    let language = path.file_stem().unwrap_or_default().to_string_lossy();
                    self = self.translations(&*language, &text);
                }
                Err(error) => self.unreadable(&path.to_string_lossy(), &error),
            }
        }
        self
    }

    /// Adds every file of a folder, and of those inside it, as a partial: `tiles/small.html` is rendered as `"tiles/small"`,
    /// or with its ending. Of several files with one name, a part takes the one whose ending is that of its format: `.html`,
    /// `.txt` or `.json`. What is hidden, with a name that begins with a point, is left out.
    ///
    /// ```no_run
    /// # use audience::Definitions;
    /// let shop = Definitions::builder().folder("audiences").partials("audiences/partials").build()?;
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn partials(mut self, folder: impl AsRef<Path>) -> Self {
        let folder = folder.as_ref();
        let mut room = self.limits.source_bytes;
        let mut files = Vec::new();
        if let Err(error) = files_in(folder, &mut files) {
            self.unreadable(&folder.to_string_lossy(), &error);
        }
        for path in files {
            let name = path.to_string_lossy();
            let text = match read(&path, room) {
                Ok(Some(text)) => text,
                Ok(None) => {
                    let error = io::Error::other("the partials have more bytes than the limit");
                    self.unreadable(&name, &error);
                    break;
                }
                Err(error) => {
                    self.unreadable(&name, &error);
                    continue;
                }
            };
            room = room.saturating_sub(text.len());
            let inside = path.strip_prefix(folder).unwrap_or(&path);
            let steps: Vec<_> = inside.iter().map(|step| step.to_string_lossy()).collect();
            self.partials.add(steps.join("/"), Source::new(&name, text));
        }
        self
    }
}

impl Files {
    /// Remembers where a source was read from.
    pub(super) fn read_from(&mut self, source: u32, path: &Path) {
        if let Some(folder) = path.parent() {
            self.folders.insert(source, folder.to_owned());
        }
    }

    /// Adds the files that the messages name to the sources, each once. The result is the number of the source by where the
    /// name is written, and by the name.
    pub(super) fn add(
        &self,
        module: &Module,
        sources: &mut Vec<Source>,
        problems: &mut Vec<Diagnostic>,
        limits: &Limits,
    ) -> HashMap<(Span, Arc<str>), u32> {
        let mut found = HashMap::new();
        let mut known: HashMap<(Option<&Path>, &str), Option<u32>> = HashMap::new();
        let bytes: usize = sources.iter().map(|it| it.text.len()).sum();
        let mut room = limits.source_bytes.saturating_sub(bytes);
        for part in module.messages.iter().flat_map(|it| &it.parts) {
            let Content::File { name, span } = &part.content else {
                continue;
            };
            let folder = self.folders.get(&span.source).map(PathBuf::as_path);
            let folder = folder.filter(|_| !self.given.contains_key(&**name));
            let index = *known.entry((folder, name)).or_insert_with(|| {
                let text = self.read(name, *span, folder, room, problems)?;
                room = room.saturating_sub(text.text.len());
                sources.push(text);
                Some(offset(sources.len() - 1))
            });
            found.extend(index.map(|index| ((*span, name.clone()), index)));
        }
        found
    }

    /// The file of that name; what is wrong with it is reported where the name is written.
    fn read(
        &self,
        name: &str,
        span: Span,
        folder: Option<&Path>,
        room: usize,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Source> {
        let mut refuse = |code, message: String, label: &str, help: Option<&str>| {
            let error = Diagnostic::new(code, message).label(span, label);
            problems.push(error.help(help.map(str::to_owned)));
            None
        };
        let too_long = || format!("with the file `{name}` the sources have more bytes than the limit");
        if let Some(given) = self.given.get(name) {
            if given.text.len() > room {
                return refuse(Code::Limit, too_long(), "too much text", None);
            }
            return Some(given.clone());
        }
        let Some(folder) = folder else {
            let message = format!("the file `{name}` was not given");
            let help = "give its text with `Builder::message_file`, or read the definitions from the folder that has it";
            return refuse(Code::UnreadableFile, message, "wanted here", Some(help));
        };
        let path = folder.join(name);
        let bytes = match read_beside(folder, &path, room) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return refuse(Code::Limit, too_long(), "too much text", None),
            Err(error) => {
                let message = format!("cannot read `{}`: {error}", path.display());
                return refuse(Code::UnreadableFile, message, "wanted here", None);
            }
        };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(Source::new(path.to_string_lossy(), text)),
            Err(error) => {
                let message = format!(
                    "byte {} of `{}` is not UTF-8",
                    error.valid_up_to(),
                    path.display()
                );
                refuse(
                    Code::InvalidUtf8,
                    message,
                    "wanted here",
                    Some("save the file as UTF-8"),
                )
            }
        }
    }
}

/// The bytes of a file that lies in the folder or below it, also when links are followed; `None` when there are more than
/// `room`.
fn read_beside(folder: &Path, path: &Path, room: usize) -> io::Result<Option<Vec<u8>>> {
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let file = path.canonicalize()?;
    if !file.starts_with(folder.canonicalize()?) {
        return Err(io::Error::other(
            "a link leads out of the folder of the definitions",
        ));
    }
    let mut bytes = Vec::new();
    let most = room as u64 + 1;
    fs::File::open(&file)?.take(most).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= room).then_some(bytes))
}

/// The files in a folder and in those inside, in the order of their names.
fn files_in(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            entries.push((entry.path(), entry.file_type()?));
        }
    }
    entries.sort_by(|one, other| one.0.cmp(&other.0));
    for (path, kind) in entries {
        // A link to a folder may lead in circles.
        if kind.is_dir() {
            files_in(&path, files)?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}

/// The text of a file without a byte order mark; `None` when it has more than so many bytes.
fn read(path: &Path, room: usize) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let most = room as u64 + 1;
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    if bytes.len() > room {
        return Ok(None);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        io::Error::other(format!("byte {at} is not UTF-8"))
    })?;
    Ok(Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned()))
}
