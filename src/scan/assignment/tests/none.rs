//! What is not found: what stands where a secret might, and is none.

use super::*;

#[test]
fn what_is_no_literal_is_no_secret() {
    for (path, text) in [
        ("a.py", "token = get_token(request)"),
        ("a.js", "const token = req.headers.authorization;"),
        ("a.yml", "password: ${DB_PASSWORD}"),
        ("a.yml", "password: {{ db_password }}"),
        ("a.yml", "password: !vault x"),
        ("a.yml", "token: op://vault/item/field"),
        ("a.tf", "password = var.db_password"),
        (".env", "PASSWORD=$(cat /run/secrets/db)"),
        ("a.py", "password = 'Please enter your password'"),
        ("a.json", "{\"token\": \"token\", \"password\": \"Password\"}"),
        ("a.py", "token_type = '{}'"),
        ("a.py", "commit_token = '{}'[:7]"),
        ("a.js", "const token = document.getElementById('{}').value;"),
        ("a.gradle", "token = findProperty('{}')"),
        ("a.cs", "var token = Guid.Parse(\"{}\");"),
        ("a.py", "if token == digest_of('{}'):"),
        ("a.py", "x = values.get('name') == 'a' or token('b')"),
        ("a.py", "token: 'x, and then' if asked else name"),
        ("a.php", "'password' => 'required|string|min:8|confirmed',"),
        ("a.xml", "<label for=\"password2\">Kennwort2</label>"),
        ("a.py", "by = (By.CSS_SELECTOR, \"input#user_password2.form-control\"), password"),
        ("a.py", "ftp.login('anonymous', 'anonymous@')"),
        ("a.md", "The password with \"{}\" in it"),
        ("a.js", "nextPageToken: '{}'"),
        ("a.py", "raise Error('password: %s' % '{}')"),
        ("a.yml", "secretName: '{}'"),
        ("a.yml", "tokenUrl: https://example.com/token"),
        ("a.yml", "privateKey: /etc/ssl/private/key.pem"),
        ("a.java", "@Value(\"${app.token}\") String token"),
        ("a.cs", "password: config.Auth.Password"),
        ("config/locales/en.yml", "password: '{}'"),
        ("a.py", "password = f'prod-{service}-2019!x'"),
        ("a.toml", "token = 'abc_{base62:40}'"),
        ("a.py", "names = ['APP_TOKEN', 'APP_REFRESH_KEY_2', 'YC_IAM_TOKEN']"),
        ("a.toml", "pattern = 'token = \\s{0,4}[^\"]{20}x9'"),
        ("a.rs", "(\"GH_TOKEN\", \"gh cs ssh -c x; gh teleport 7\"),"),
        ("a.py", "password = None"),
        ("a.json", "\"password\": true"),
        ("a.go", "Token: os.Getenv(\"TOKEN\"),"),
        ("a.go", "password := strings.Join(\"hello\")"),
        ("a.c", ".key = \"\\xC9\\x83\\xA6\\xC9\\xEC\\x0F\\x32\\x55\""),
        ("a.go", "path := \"/x?token=\" + token"),
        ("a.sh", "echo \"PASS: {base62:3}\""),
        ("a.js", "jwt.sign(claims, key, 'RS256-{}')"),
        ("a.yml", "token: arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db-{base62:6}"),
        ("a.yml", "encryptedData:\n  password: AgB{base64:400}"),
        ("a.yml", "password: my-service-token"),
        (".env", "PASSWORD=4242424242424242"),
        ("a.py", "password = hash2\n\"\"\"a text\"\"\""),
        ("a.rb", "expect(token).to eq token_of(user)"),
        ("a.rb", "password 'must be set', if: :new?"),
        ("a.md", "| password | string | required |"),
        ("a.md", "The password is stored in a vault"),
        ("a.md", "Authorization: Bearer token_from_login"),
        ("a.py", "Authorization: f'Bearer {self.token}'"),
        ("a.js", "const password = input || 'password'"),
        ("a.js", "let token = wrong ?? 'wrongPassword'"),
        ("a.conf", "# password protected pages"),
        ("a.yml", "required:\n  - password\n  - name"),
        ("a.sh", "cat pw.txt | docker login --password-stdin"),
        ("a.go", "fmt.Sprintf(\"?token=%s&x\", token)"),
        ("a.c", "#define CHIP_PASSWORD 0xfc600309"),
        ("a.php", "['password' => '--password='.$connection['password']]"),
        ("a.php", "$password = '{}' . $salt;"),
        ("a.java", "b.append(\", password=\").append(\"****\")"),
        ("a.lua", "password = \"{}\" .. salt"),
        ("a.vb", "password = \"{}\" & Salt"),
        ("a.py", "# the `name\npassword = content[:sep]"),
        ("a.java", "/*\n * passwd    = 1*SAFE ; MUST accept up to 255 octets"),
        ("a.groovy", "def password = fromEnv(\"SHOP_%SREPO_PASSWORD\", id)"),
        ("a.rockspec", "[\"shop.oauth2.daos.oauth2_tokens\"] = \"shop/oauth2/daos/oauth2_tokens.lua\","),
        ("a.java", "x(\"db.password=some-password\", \"db.driver-class-name=org.h2.Driver7\")"),
        ("a.py", "raise Error(\"one of 'password' or 'saltedpassword7' is needed\")"),
        ("a.http", "Sec-WebSocket-Key: {}"),
        ("a.go", "// \"Token\": \"AQoDY....=\","),
        ("a.yml", "description: set password={} or leave it out"),
        ("a.conf", "log_format = 'token={} is what a client sends'"),
        ("a.yml", "password: ENC({})"),
        ("grafana.ini", "admin_password = $__file{/etc/secrets/{}}"),
        ("a.txt", "mdp: mdp@1a01000 {"),
        ("a.vue", "<!--\n<span>password: any</span> -->"),
        ("unattend.xml", "<settings pass=\"oobeSystem\">"),
        ("Jenkinsfile", "NEXUS_PASS = credentials('nexus-deploy-Account2')"),
        ("a.sh", "terraform apply -var=\"db_password=$DB_PASSWORD\" -var-file=Prod2024.tfvars"),
        ("a.bat", "set /p PASSWORD={}"),
        ("a.sql", "UPDATE users SET password = :password {}"),
        ("a.c", ".token = AVS_TKN_MODCFG_INTELWOV_CPC_LP_MODE_U32,"),
    ] {
        assert_eq!(found(path, text, "{base62:32}"), [], "{path}: {text}");
    }
}

/// A program's words are words, and so is what fills a form.
#[test]
fn words_are_no_passwords_where_they_are_not_meant() {
    let level = |path: &str, text: &str, value: &str| found(path, text, value).pop().map(|(_, level)| level);
    for (path, text, value) in [
        ("login.go", "password := \"{}\"", "pygmalion"),
        ("login.go", "url := \"mqtt://dana:{}@broker\"", "mypassword"),
        ("a.js", "fields = [\"password\", \"{}\", \"email\"]", "pygmalion7"),
        ("a.md", "Set the password {} first.", "pygmalion7"),
        ("a.json", "{\"user\": \"password\", \"{}\": 1}", "pygmalion7"),
        ("login.go", "password == \"{}\"", "pygmalion"),
        ("login_test.go", "password := \"{}\"", "my_password"),
        ("login_test.go", "password := \"{}\"", "secret"),
        ("login_test.go", "password := \"{}\"", "123456"),
        ("login_test.go", "password := \"{}\"", "yyyyyyyy"),
        ("compose.yml", "client_secret: {}", "secret"),
        ("login_test.go", "password := \"{}\"", "password"),
        ("login_test.go", "password := \"{}\"", "admin123"),
        ("login_test.go", "password := \"{}\"", "hashedPygmalion"),
        ("login_test.go", "password := \"{}\"", "4711471147"),
        ("login.js", "passwordField = \"{}\"", "oldPassword"),
        ("login.js", "password = \"{}\"", "oldPassword"),
        ("compose.yml", "password: {}", "secret"),
        ("config.sample.yml", "password: {}", "password"),
        ("config.json", "{\"password\": \"{}\"}", "Password"),
        ("a.md", "A user is identified by the name", "x"),
        ("a.toml", "values = [\"--password\", \"{}\"]", "--certificate-4"),
        ("a.c", "pass_str = \"{}\";", "A8/A10"),
        ("test.sh", "echo \"PASS: {}\"", "ip6erspan"),
        ("a.js", "if (auth.password === '{}') {", "oauth2"),
        ("a.c", "debug(ok ? \"PASS\" : \"{}\");", "FAILED"),
        ("a.c", "MAP_PASS(\"{}\", &map)", "dpio-tx-7q-b3x"),
        ("a.php", "['password' => '{}']", "required|min:8|confirmed"),
        ("a.js", "rules = { password: \"{}\" }", "required|string|min:8"),
        ("a.yml", "update_password: {}", "always"),
        ("a.sh", "if [ \"$PWD\" = \"{}\" ]; then", "x/y9k"),
        ("a.py", "user, password = \"dana\", \"{}\"", "password_field_1"),
        ("a.py", "PASSWORD_FIELDS = (\"password1\", \"{}\")", "password2"),
        ("login_da.properties", "Password={}", "Adgangskode"),
        ("Strings.cs.resx", "<data name=\"Password\"><value>{}</value></data>", "Heslo"),
        ("a.properties", "Password={}", "Nepodařilo se ověřit heslo uživatele {{0}."),
        ("hosts.ini", "ansible_password={}", "@PASSWORD"),
        ("a.sql", "CREATE USER dana IDENTIFIED BY PASSWORD '{}'", "*ABCDEF0123"),
    ] {
        assert_ne!(level(path, text, value), Some(Confidence::Medium), "{path}: {text} {value}");
    }
}

#[test]
fn what_is_filled_in_or_asked_for_is_no_login() {
    for (path, text) in [
        ("README.md", "curl -u dana:$PASSWORD https://acme.test"),
        ("a.js", "url = `https://${user}:${password}@acme.test`"),
        ("a.py", "login(request, '{}') if x else y"),
        ("a.md", "see http://acme.test:8080/@{}"),
        ("a.json", "{\"value\": \"\", \"name\": \"password\", \"x\": \"{}\"}"),
        ("a.yml", "value: '\nname: password\nx: {}"),
    ] {
        assert_eq!(found(path, text, "user_name_field"), [], "{path}: {text}");
    }
}

#[test]
fn what_names_another_value_is_no_password() {
    for value in ["db.example.com:5432", "user@mail.example.com", "config.db.password", "get(0)", "list[12]", "$DB_PW"]
    {
        for (path, text) in [("a.yml", "password: {}"), (".env", "PASSWORD={}")] {
            assert_eq!(found(path, text, value), [], "{path}: {text} {value}");
        }
    }
}

#[test]
fn prose_about_passwords_holds_none() {
    for text in [
        "The password is SHA-256 of it.",
        "password - PBKDF2 is used",
        "Credentials: see docs/README.md",
        "To enable it, pass `model=9Kultra!` to it.",
        "The password is stored as Argon2id.",
        "Add the public key `nsc add user --account SYS -n a -k {base62:40}`.",
        "users/passwords: dana/{base62:3}",
    ] {
        assert_eq!(found("a.md", text, "{base62:32}"), [], "{text}");
    }
}
