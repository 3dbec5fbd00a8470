//! The workspace's integration tests, one module for each subject.

mod oracle;
