//! leaky-repo: invented credentials in files as they are found on servers and in home folders. Its
//! authors count risky and informative lines per file and do not say which lines they are; the
//! lines below were read off the files, eight fewer than the authors count, since some of their
//! counts are of lines that hold no secret (a user name, a host).

use crate::corpora::Corpus;
use crate::labels::{Count, Verdict};
use crate::process::Fault;
use crate::sources::Sources;

const REPOSITORY: (&str, &str) = ("Plazmaz/leaky-repo", "2e951359cac53addbee56437da3ffb546e3dfe24");

const RISKY: &[(&str, &[(u64, u64)])] = &[
    (".bash_profile", &[(12, 12), (20, 20), (21, 21), (22, 22), (23, 23), (24, 24)]),
    (".bashrc", &[(105, 105), (106, 106), (109, 109)]),
    (".docker/.dockercfg", &[(4, 4), (8, 8)]),
    (".docker/config.json", &[(5, 5), (9, 9)]),
    (".esmtprc", &[(4, 4)]),
    (".ftpconfig", &[(6, 6), (12, 12)]),
    (".git-credentials", &[(1, 1)]),
    (".idea/WebServers.xml", &[(6, 6)]),
    (".mozilla/firefox/logins.json", &[(11, 11), (12, 12), (27, 27), (28, 28), (43, 43), (44, 44), (59, 59), (60, 60)]),
    (".netrc", &[(1, 1), (2, 2)]),
    (".npmrc", &[(7, 7), (9, 9)]),
    (".remote-sync.json", &[(17, 17)]),
    (".ssh/id_rsa", &[(1, 27)]),
    (".vscode/sftp.json", &[(6, 6)]),
    ("cloud/.credentials", &[(4, 4), (7, 7)]),
    ("cloud/.s3cfg", &[(1, 1)]),
    ("cloud/.tugboat", &[(4, 4)]),
    ("cloud/heroku.json", &[(4, 4)]),
    ("config", &[(10, 10)]),
    ("db/.pgpass", &[(2, 2)]),
    ("db/dbeaver-data-sources.xml", &[(4, 4)]),
    (
        "db/dump.sql",
        &[(32, 32), (33, 33), (34, 34), (35, 35), (36, 36), (37, 37), (38, 38), (39, 39), (40, 40), (41, 41)],
    ),
    ("db/mongoid.yml", &[(4, 4)]),
    ("db/robomongo.json", &[(14, 14), (22, 22), (27, 27)]),
    ("deployment-config.json", &[(5, 5)]),
    ("etc/shadow", &[(20, 20)]),
    ("filezilla/filezilla.xml", &[(13, 13)]),
    ("filezilla/recentservers.xml", &[(13, 13), (30, 30)]),
    ("hub", &[(4, 4)]),
    ("misc-keys/cert-key.pem", &[(1, 28)]),
    ("misc-keys/putty-example.ppk", &[(1, 26)]),
    ("proftpdpasswd", &[(1, 1)]),
    ("sftp-config.json", &[(15, 15)]),
    ("ventrilo_srv.ini", &[(7, 7), (8, 8)]),
    ("web/django/settings.py", &[(24, 24)]),
    ("web/js/salesforce.js", &[(7, 7)]),
    ("web/ruby/config/master.key", &[(1, 1)]),
    ("web/ruby/secrets.yml", &[(14, 14), (17, 17), (22, 22)]),
    ("web/var/www/.env", &[(5, 5), (14, 14), (23, 23), (33, 33)]),
    ("web/var/www/public_html/.htpasswd", &[(1, 1)]),
    ("web/var/www/public_html/config.php", &[(11, 11)]),
    (
        "web/var/www/public_html/wp-config.php",
        &[(20, 20), (33, 33), (35, 35), (37, 37), (39, 39), (41, 41), (43, 43), (45, 45), (47, 47)],
    ),
];

pub fn read(sources: &Sources) -> Result<Vec<Corpus>, Fault> {
    let snapshot = sources.bring(REPOSITORY.0, REPOSITORY.1)?;
    let mut corpus = Corpus::default();
    for line in snapshot.text(".leaky-meta/secrets.csv")?.lines() {
        if let [path, risky, informative] = line.split(',').collect::<Vec<_>>()[..]
            && let (Ok(risky), Ok(informative)) = (risky.parse(), informative.trim().parse())
        {
            corpus.counts.insert(path.to_owned(), Count { risky, informative });
        }
    }
    let paths: Vec<&str> = snapshot.paths().filter(|path| !path.starts_with(".leaky-meta/")).collect();
    corpus.files = snapshot.contents(&paths)?;
    for (path, lines) in RISKY {
        for lines in *lines {
            corpus.label(path, *lines, Verdict::Real, path);
        }
    }
    Ok(vec![corpus])
}
