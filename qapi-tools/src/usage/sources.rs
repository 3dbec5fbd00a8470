//! The files of a crate, and which module each one is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta};

use crate::error::Error;

/// No source is larger.
const MAX_SIZE: u64 = 8 << 20;

/// No source nests its brackets deeper: the reader of Rust is recursive.
const MAX_DEPTH: usize = 500;

/// The module of an item: the root of its target, and the names of the modules from there.
pub(super) type ModulePath = Vec<String>;

/// A file that was read.
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    pub(super) module: ModulePath,
    pub(super) file: syn::File,
}

/// The files of a crate, or of several in a folder.
#[derive(Default)]
pub(super) struct Sources {
    pub(super) files: Vec<SourceFile>,
    /// Those that could not be read, with the reason.
    pub(super) unread: Vec<(PathBuf, String)>,
    seen: BTreeSet<PathBuf>,
}

impl Sources {
    /// Reads a file, or all files below a folder but for those that cargo makes.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Io { action: "read", path: path.to_owned(), source };
        let mut sources = Self::default();
        if fs::metadata(path).map_err(failed)?.is_file() {
            sources.root(path);
            return Ok(sources);
        }
        let mut found = Vec::new();
        collect(path, &mut found).map_err(failed)?;
        // Roots first, for they say which modules the others are. What no root has is read as a root: a target with a path
        // of its own in Cargo.toml, for example.
        found.sort_by_key(|path| (!is_root(path), path.components().count(), path.clone()));
        found.iter().for_each(|path| sources.root(path));
        Ok(sources)
    }

    fn root(&mut self, path: &Path) {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        self.load(path, vec![path.display().to_string()], &folder);
    }

    /// Reads a file and the modules that it declares. `folder` is where those are.
    fn load(&mut self, path: &Path, module: ModulePath, folder: &Path) {
        if !self.seen.insert(path.to_owned()) {
            return;
        }
        match parse(path) {
            Ok(file) => {
                self.modules(&file.items, path, &module, folder);
                self.files.push(SourceFile { path: path.to_owned(), module, file });
            }
            Err(reason) => self.unread.push((path.to_owned(), reason)),
        }
    }

    fn modules(&mut self, items: &[Item], path: &Path, module: &ModulePath, folder: &Path) {
        for item in items {
            let Item::Mod(declared) = item else { continue };
            let name = name_of(&declared.ident);
            let inner: ModulePath = module.iter().cloned().chain([name.clone()]).collect();
            if let Some((_, items)) = &declared.content {
                self.modules(items, path, &inner, &folder.join(&name));
                continue;
            }
            if let Some(given) = path_attribute(&declared.attrs) {
                let file = path.parent().unwrap_or(Path::new("")).join(given);
                let folder = file.parent().unwrap_or(Path::new("")).to_owned();
                self.load(&file, inner, &folder);
                continue;
            }
            let beside = folder.join(&name).with_extension("rs");
            let within = folder.join(&name).join("mod.rs");
            // One that is there under some configuration alone, or generated, may be missing.
            if let Some(file) = [beside, within].into_iter().find(|file| file.is_file()) {
                self.load(&file, inner, &folder.join(&name));
            }
        }
    }
}

/// An identifier without `r#`.
pub(super) fn name_of(ident: &syn::Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("path"))?;
    let Meta::NameValue(meta) = &attribute.meta else { return None };
    match &meta.value {
        Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
        _ => None,
    }
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // Links are not followed: they may lead back.
            let kind = entry.file_type()?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if kind.is_dir() && name != "target" && !name.starts_with('.') {
                waiting.push(entry.path());
            } else if kind.is_file() && name.ends_with(".rs") {
                found.push(entry.path());
            }
        }
    }
    Ok(())
}

/// Whether cargo takes it for the root of a target by its name.
fn is_root(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    name == "lib.rs" || name == "main.rs" || name == "build.rs" || {
        ["bin", "tests", "examples", "benches"].iter().any(|it| folder == *it)
    }
}

fn parse(path: &Path) -> Result<syn::File, String> {
    let size = fs::metadata(path).map_err(|error| error.to_string())?.len();
    if size > MAX_SIZE {
        return Err(format!("it has more than {MAX_SIZE} bytes"));
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    if depth(&text) > MAX_DEPTH {
        return Err(format!("its brackets are nested deeper than {MAX_DEPTH}"));
    }
    syn::parse_file(&text).map_err(|error| {
        let start = error.span().start();
        format!("{}:{}: {error}", start.line, start.column + 1)
    })
}

/// How deep brackets are nested, with those in text and comments.
fn depth(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut deepest = 0;
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}
