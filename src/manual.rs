//! What shells and `man` are told of the command line. Both are made from what [`crate::cli`]
//! declares, so that neither can lag behind it.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::Cli;
use crate::error::{Error, PlanError, nearest};

/// What no option says.
const EXIT_STATUS: &str = r#".SH "EXIT STATUS"
.TP
\fB0\fR
nothing at or above \fB\-\-fail\-on\fR was found
.TP
\fB1\fR
something was
.TP
\fB2\fR
the call or a configuration is wrong
.TP
\fB3\fR
nothing at or above \fB\-\-fail\-on\fR was found, but part of the input could not be read
"#;

/// A script that teaches a shell the commands and options.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "overscope", &mut script);
    script
}

/// The page of the program, or of the command that the words name, as roff.
pub fn page(of: &[String]) -> Result<Vec<u8>, Error> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let mut command = &program;
    for word in of {
        command = command.find_subcommand(word).ok_or_else(|| unknown(word, command))?;
    }
    written(command).map_err(Error::Stdout)
}

fn written(command: &Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    let made_by = concat!("overscope ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).manual("overscope").source(made_by).render(&mut page)?;
    page.write_all(EXIT_STATUS.as_bytes())?;
    Ok(page)
}

fn unknown(word: &str, command: &Command) -> PlanError {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let hint = match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "it has no commands of its own".to_owned(),
        None => format!("it has {}", known.join(", ")),
    };
    PlanError::Usage(format!("`{}` has no command `{word}`; {hint}", command.get_name()))
}
