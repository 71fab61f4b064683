//! What is found: assignments as ten languages and a dozen kinds of files write them.

use super::*;

#[test]
fn it_is_found_as_many_languages_write_it() {
    for (path, text) in [
        (".env", "API_TOKEN={}"),
        (".env", "A=1\rAPI_TOKEN={}\rB=2"),
        (".env", "export API_TOKEN=\"{}\" # the new one"),
        ("a.ini", "api_token = {}"),
        ("a.properties", "app.api.token={}"),
        ("a.yml", "  api_token: {}"),
        ("a.yml", "  apiToken: '{}'"),
        ("a.json", "{\"apiToken\": \"{}\", \"b\": 1}"),
        ("a.py", "    'api_token: '{}',"),
        ("a.toml", "api_token = \"{}\""),
        ("a.html", "<pre><code>\napi.token={}</code></pre>"),
        ("a.xml", "<apiToken>{}</apiToken>"),
        ("a.xml", "<add key=\"ApiToken\" value=\"{}\" />"),
        ("values.xml", "<string name=\"api_token\">{}</string>"),
        ("a.py", "api_token = '{}'"),
        ("a.py", "API_TOKEN: str = \"{}\""),
        ("a.py", "client = Client(api_token='{}')"),
        ("a.py", "headers = {'api_token': '{}'}"),
        ("a.py", "os.environ['API_TOKEN'] = '{}'"),
        ("a.js", "const apiToken = \"{}\";"),
        ("a.ts", "const apiToken: string = `{}`;"),
        ("a.js", "const config = { apiToken: '{}' };"),
        ("a.java", "private static final String API_TOKEN = \"{}\";"),
        ("a.go", "apiToken := \"{}\""),
        ("a.go", "Config{ApiToken: \"{}\"}"),
        ("a.rs", "const API_TOKEN: &str = \"{}\";"),
        ("a.rb", "  :api_token => '{}',"),
        ("a.rb", "  api_token: '{}',"),
        ("a.php", "'api_token' => '{}',"),
        ("a.php", "$apiToken = '{}';"),
        ("a.py", "get_token = lambda: '{}'"),
        ("a.py", "token = env['TOKEN'] if 'TOKEN' in env else '{}'"),
        ("a.ts", "let apiToken = <string>'{}';"),
        ("a.tsx", "const [token, setToken] = useState<string>('{}');"),
        ("a.tsx", "<Field name=\"token\" initialValue=\"{}\" />"),
        ("a.ts", "@Prop({ default: \"{}\" }) token: string;"),
        ("a.cs", "[DefaultValue(\"{}\")] public string Token { get; set; }"),
        ("a.rs", "const API_TOKEN: &[u8] = b\"{}\";"),
        ("a.rs", "headers.insert(\"x-api-key\", HeaderValue::from_static(\"{}\"))"),
        ("a.rs", "#[clap(long, env = \"API_TOKEN\", default_value = \"{}\")]"),
        ("a.cpp", "static const std::string API_TOKEN(\"{}\");"),
        ("a.c", "curl_easy_setopt(curl, CURLOPT_PASSWORD, \"{}\");"),
        ("a.erl", "-define(API_TOKEN, <<\"{}\">>)."),
        ("a.erl", "application:set_env(app, token, \"{}\")"),
        ("a.exs", "config :app, :api_token, \"{}\""),
        ("a.pl", "my $token = q({});"),
        ("a.jl", "api_token::String = \"{}\""),
        ("a.clj", "(let [token \"{}\"] (go token))"),
        ("a.applescript", "set theToken to \"{}\""),
        ("a.java", "byte[] secret = Base64.getDecoder().decode(\"{}\");"),
        ("a.dart", "apiKey: String.fromEnvironment('K', defaultValue: '{}'),"),
        ("a.cs", "public string ApiToken = @\"{}\";"),
        ("a.c", "#define X\nstatic const char *api_token = \"{}\";"),
        ("a.kt", "val apiToken = \"{}\""),
        ("a.swift", "let apiToken = \"{}\""),
        ("a.scala", "val apiToken: String = \"{}\""),
        ("a.tf", "  api_token = \"{}\""),
        ("run.sh", "deploy --api-token {} --now"),
        ("run.sh", "deploy --api-token={}"),
        ("Dockerfile", "ENV API_TOKEN={}"),
        ("a.log", "{\\\"apiToken\\\": \\\"{}\\\"}"),
        ("a.php", "define('API_TOKEN', '{}');x"),
        ("a.java", "builder.setApiToken(\"{}\")"),
        ("a.go", "Credential{Token: aws.String(\"{}\")}"),
        ("a.go", "Tokens{ApiToken: []string{\"{}\"}}"),
        ("a.py", "url = 'https://acme.test/x?api_token={}&page=2'"),
        ("a.py", "content = 'USER=dana\\nAPI_TOKEN={}'"),
        ("a.java", "args(\"--api-token\", \"{}\")"),
        ("a.rb", "API_TOKEN = '{}'.freeze"),
        ("ci.yml", "- A=1 API_TOKEN={} B=2"),
        ("a.yml.j2", "api_token: {}"),
        ("a.py", "x = os.environ.get('API_TOKEN', '{}')"),
        ("a.go", "m := map[string]string{\"a\": \"b\"}\nheaders{\"api-token\", \"{}\"}"),
        ("a.c", "#define API_TOKEN \"{}\""),
        ("a.clj", "{:api-token \"{}\"}"),
        ("Dockerfile", "ENV API_TOKEN {}"),
        ("a.html", "apiToken: &#39;{}&#39;,"),
        ("a.html", "&quot;apiToken&quot;: &quot;{}&quot;,"),
        ("a.xml", "<apiToken><![CDATA[{}]]></apiToken>"),
        ("a.yml", "env:\n  - name: API_TOKEN\n    value: {}\n"),
        ("a.json", "{\"key\": \"api_token\", \"value\": \"{}\"}"),
        ("a.yml", "api_token: |\n  {}\n"),
        ("a.py", "api_token = \\\n    '{}'"),
        ("a.py", "# api_token: {}"),
        ("a.md", "- **api_token**: {}"),
        ("a.md", "**API token:** {}"),
        ("a.md", "| api_token | {} | yes |"),
        ("a.md", "The api_token is `{}`"),
        ("a.md", "-H \"X-Api-Token: {}\""),
        ("a.php", "$headers = ['X-Api-Token: {}'];"),
        ("compose.yml", "environment:\n  - \"API_TOKEN={}\""),
        ("a.json", "\"args\": \"--api-token={}\""),
        ("a.tf", "user_data = \"export API_TOKEN={}\""),
        ("run.sh", "API_TOKEN=\"{}\" ./deploy"),
        ("a.yml", "api_tokens:\n  - {}\n"),
        ("a.yml", "api_token:\n  value: {}\n"),
        ("a.yml", "api_token: !!str {}"),
        ("a.json", "{\"api_token\": {\"value\": \"{}\"}}"),
        ("a.json", "{\"api_token\": [\"{}\"]}"),
        ("a.json", "{\"value\": \"{}\", \"name\": \"API_TOKEN\"}"),
        ("a.json", "{\"key\": \"api_token\", \"type\": \"string\", \"value\": \"{}\"}"),
        ("a.html", "<input type=\"hidden\" value=\"{}\" name=\"api_token\">"),
        ("a.xml", "<property>\n<name>api.token</name>\n<value>{}</value>\n</property>"),
        ("a.xml", "<property name=\"apiToken\"><value>{}</value></property>"),
        ("a.xml", "<ParameterKey>apiToken</ParameterKey><value>{}</value>"),
        ("a.plist", "<key>apiToken</key>\n<string>{}</string>"),
        ("a.rb", "let(:api_token) { '{}' }"),
        ("a.rb", "x = ENV['API_TOKEN'] || '{}'"),
        ("a.rb", "x = ENV.fetch('API_TOKEN') { '{}' }"),
        ("a.js", "const x = process.env.API_TOKEN ?? '{}'"),
        ("a.py", "os.getenv('API_TOKEN') or '{}'"),
        ("a.py", "parser.add_argument('--api-token', help='x', default='{}')"),
        ("a.py", "self.assertEqual(api_token, '{}')"),
        ("a.java", "assertEquals(\"{}\", apiToken);"),
        ("a.go", "assert.Equal(t, \"{}\", apiToken)"),
        ("a.rb", "expect(api_token).to eq '{}'"),
        ("a.js", "expect(user.apiToken).toBe('{}')"),
        ("a.go", "if apiToken != \"{}\" {"),
        ("a.gradle", "apiToken '{}'"),
        ("nginx.conf", "proxy_set_header X-Api-Token \"{}\";"),
        ("a.conf", "api_token {}"),
        ("a.cpp", "std::string api_token{\"{}\"};"),
        ("a.c", "const char api_token[] = \"{}\";"),
        ("a.vb", "Dim apiToken As String = \"{}\""),
        ("a.kt", "mapOf(\"api_token\" to \"{}\")"),
        ("a.erl", "{api_token, <<\"{}\">>}"),
        ("a.tsx", "<App apiToken={\"{}\"} />"),
        ("a.http", "Authorization: Bearer {}"),
        ("a.go", "req.Header.Set(\"Authorization\", \"Bearer {}\")"),
    ] {
        assert!(finds(path, text), "{path}: {text}: {:?}", found(path, text, "{base62:32}"));
    }
}

#[test]
fn passwords_of_people_are_found_where_they_are_meant() {
    for (path, text) in [
        (".env", "DB_PASSWORD={}"),
        ("a.yml", "password: {}"),
        ("a.ini", "contraseña = {}"),
        ("a.json", "{\"密码\": \"{}\"}"),
        ("a.yml", "# 数据库密码：{}"),
        ("a.md", "用户名：dana，密码：{}"),
        ("a.md", "The password: \"{}\"."),
    ] {
        assert_eq!(found(path, text, "Mail{digits:4}!x"), [("{}".to_owned(), Confidence::Medium)], "{text}");
    }
}

/// Where somebody tries out passwords any word is one; elsewhere a program's words are words.
#[test]
fn words_are_passwords_where_they_are_meant() {
    let level = |path: &str, text: &str, value: &str| found(path, text, value).pop().map(|(_, level)| level);
    let medium = Some(Confidence::Medium);
    for (path, text, value) in [
        ("login_test.go", "Password: \"{}\"", "pygmalion"),
        ("login_test.go", "password := \"{}\"", "hunter2"),
        ("login_test.go", "password := \"{}\"", "P@ssw0rd!!"),
        ("login_test.go", "password = \"{}\"", "myrealpassword"),
        ("login_test.go", "password == \"{}\"", "pygmalion"),
        ("docs/setup.md", "DB_PASSWORD={}", "pygmalion"),
        ("server.properties", "keystore.password={}", "changeit"),
        ("sample.rsp", "sysPassword={}", "Pygmalion_7"),
        ("docs/setup.md", "password: \"{}\"", "@Pygmalion7"),
        ("config.py", "PASSWORD = '{}'", "letmein123"),
        ("compose.yml", "POSTGRES_PASSWORD: {}", "postgres"),
        ("compose.yml", "password: {}", "password"),
        ("setup.sql", "CREATE USER dana IDENTIFIED BY '{}7';", "pygmalion"),
        ("a.md", "SQL> alter user sys identified by {} container=all;", "Pygmalion7"),
    ] {
        assert_eq!(level(path, text, value), medium, "{path}: {text} {value}");
    }
}

#[test]
fn base64_may_end_in_its_marks_and_a_token_may_be_an_object() {
    let level = |path: &str, text: &str, template: &str| found(path, text, template).pop().map(|(_, level)| level);
    assert_eq!(level("a.java", "aesKey = \"{}==\"", "{base64:22}"), Some(Confidence::High));
    assert_eq!(level("a.java", "aesKey = \"a=={}\"", "{base64:22}"), None);
    assert_eq!(level("a.yml", "password: '{}='", "{base64:35}"), Some(Confidence::High));
    let object = r#""Apitoken": "{\"name\":\"root\",\"sig\":\"{}\"}""#;
    assert_eq!(level("a.json", object, "{hex:32}"), Some(Confidence::Medium));
    assert_eq!(level("a.json", object, "none"), None);
    assert_eq!(level("a.go", "key: \"{}\"", "{base62:40}"), Some(Confidence::Medium));
    assert_eq!(level("a.go", "key: \"{}\"", "{hex:40}"), Some(Confidence::Low));
    assert_eq!(level("a.go", "ClientSecret: \"{}\"", "xyzzyplugh"), Some(Confidence::Medium));
    // What a framework itself calls insecure is to be replaced.
    assert_eq!(level("a.yml", "SECRET_KEY: {}", "django-insecure-{base62:50}"), Some(Confidence::Low));
}

/// Whoever signs in somewhere writes a name and a password, in a command, an address or a call.
#[test]
fn logins_are_found_as_commands_addresses_and_calls_have_them() {
    for (path, text) in [
        ("README.md", "    curl -u dana:{} https://acme.test"),
        ("a.yml", "script: sshpass -p {} ssh dana@acme.test"),
        ("README.md", "docker login -u dana -p {} acme.test"),
        ("a.md", "mysql -u root -p{} main"),
        ("a.rb", "uri: 'mqtt://dana:{}@broker.acme.test:1883'"),
        ("a.yml", "cluster: nats-route://dana:{}@nats:6222"),
        ("a.json", "\"lib\": \"git+https://{}:x-oauth-basic@acme.test/lib.git\""),
        ("a.py", "requests.get(url, auth=('dana', '{}'))"),
        ("a.java", "new UsernamePasswordCredentials(user, \"{}\")"),
        ("a.java", "new PasswordAuthentication(\"dana\", \"{}\".toCharArray())"),
        ("a.js", "client.login('dana', '{}')"),
        ("a.go", "client.Login(ctx, \"dana\", \"{}\")"),
        ("a.js", "page.fill('#password', '{}')"),
        ("a.rb", "fill_in 'Password', with: '{}'"),
        ("a.sql", "ALTER ROLE dana WITH LOGIN PASSWORD '{}';"),
        ("Dockerfile", "RUN echo \"dana:{}\" | chpasswd"),
        ("Dockerfile", "RUN echo -e -n 'dana:{}' | chpasswd"),
        ("a.go", "sql.Open(\"mysql\", \"dana:{}@tcp(db:3306)/main\")"),
        ("a.go", "sql.Open(\"postgres\", \"user=dana password={} dbname=main\")"),
        ("a.go", "req.SetBasicAuth(\"dana\", \"{}\")"),
        ("a.go", "req.SetBasicAuth(\"dana\", *aws.String(\"{}\"))"),
        ("a.go", "smtp.PlainAuth(\"\", \"dana@acme.test\", \"{}\", \"mail.acme.test\")"),
        ("a.go", "flag.StringVar(&password, \"password\", \"{}\", \"of the database\")"),
        ("a.go", "hmac.New(sha256.New, []byte(\"{}\"))"),
        ("a.go", "text := `\n  password: {}\n`"),
        ("a.php", "new PDO('mysql:host=db', 'dana', '{}');"),
        ("a.php", "JWT::encode($claims, '{}', 'HS256')"),
        ("a.php", "curl_setopt($c, CURLOPT_USERPWD, 'dana:{}');"),
        ("a.pl", "DBI->connect('dbi:mysql:main', 'dana', '{}')"),
        ("a.pl", "$ENV{PASSWORD} = '{}';"),
        ("a.js", "jwt.sign({sub: 1, name: \"a, b\"}, '{}')"),
        ("a.js", "crypto.createHmac('sha256', '{}')"),
        ("a.js", "'Basic ' + btoa('dana:{}')"),
        ("a.js", "cy.get('#password').type('{}')"),
        ("a.js", "page.fill('input[name=password]', '{}')"),
        ("a.js", "password: live ? given : '{}'"),
        ("a.py", "pw = '{}'"),
        ("a.py", "driver.find_element(By.ID, 'password').send_keys('{}')"),
        ("a.rb", "request.basic_auth 'dana', '{}'"),
        ("a.rb", "set :deploy_password, '{}'"),
        ("a.rb", "password { '{}' }"),
        ("a.rs", ".basic_auth(\"dana\", Some(\"{}\"))"),
        ("a.rs", "password: Some(\"{}\".to_string()),"),
        ("a.rs", "var(\"PASSWORD\").unwrap_or_else(|_| \"{}\".to_string())"),
        ("a.java", "DriverManager.getConnection(url, \"dana\", \"{}\")"),
        ("a.java", "new SecretKeySpec(\"{}\".getBytes(), \"AES\")"),
        ("a.java", "assertEquals(\"{}\", user.getPassword());"),
        ("a.java", "env.put(Context.SECURITY_PASSWORD, \"{}\");"),
        ("a.java", "@Value(\"${db.password:{}}\")"),
        ("a.cs", "public string Password { get; set; } = \"{}\";"),
        ("a.cs", "{ \"Password\", \"{}\" },"),
        ("a.c", "char password[32] = \"{}\";"),
        ("a.cpp", "WiFi.begin(\"home\", \"{}\");"),
        ("a.swift", "request.addValue(\"{}\", forHTTPHeaderField: \"X-Api-Key\")"),
        ("a.ex", "@api_key \"{}\""),
        ("a.clj", "(def api-key \"{}\")"),
        ("a.gradle", "buildConfigField \"String\", \"API_KEY\", \"\\\"{}\\\"\""),
        ("a.yml", "run: rabbitmqctl add_user dana {}"),
        ("a.json", "{\"out\": \"a\\nDB_PASSWORD={}\\nPORT=1\"}"),
        ("a.json", "{\"out\": \"name: a\\napi_key: {}\\nport: 1\"}"),
        ("a.jsonl", "{\"out\": \"API_KEY={}\\nPORT=1\"}"),
        ("a.yml", "out: \"a\\r\\nexport API_KEY='{}'\\r\\n\""),
        ("a.json", "{\"q\": \"user=dana&password={}&x=1\"}"),
        ("redis.conf", "masterauth \"{}\""),
        ("a.sh", "echo {} | docker login --password-stdin"),
        ("a.py", "if request.form.get('password') != '{}':"),
        ("a.py", "hmac.compare_digest(password.encode(), b'{}')"),
        ("a.go", "subtle.ConstantTimeCompare([]byte(pass), []byte(\"{}\"))"),
        ("a.java", "if (\"{}\".equals(request.getParameter(\"password\"))) {"),
        ("a.pl", "if ($password eq '{}') {"),
        ("a.ps1", "if ($password -eq \"{}\") {"),
        ("a.m", "if ([password isEqualToString:@\"{}\"]) {"),
        ("a.swift", "if passwordField.text == \"{}\" {}"),
        ("a.js", "page.type('input[type=\"password\"]', '{}')"),
        ("a.js", "cy.get('[name=password]').type('{}{enter}')"),
        ("a.js", "http.request({ auth: 'dana:{}' })"),
        ("a.php", "base64_encode('dana:{}')"),
        ("a.py", "data = 'user=dana&password=' + '{}'"),
        ("a.sql", "CREATE DATABASE LINK l CONNECT TO dana IDENTIFIED BY \"{}\" USING 'x'"),
        ("a.feature", "When I fill in \"Password\" with \"{}\""),
        ("a.feature", "    | name | password |\n    | dana | {} |\n"),
    ] {
        let mut found: Vec<String> = found(path, text, "{base62:20}").into_iter().map(|(value, _)| value).collect();
        // A call may be met at several of its words.
        found.dedup();
        assert_eq!(found, ["{}"], "{path}: {text}");
    }
}

/// People and generators put marks into passwords that mean something elsewhere.
#[test]
fn a_password_may_hold_any_mark() {
    for template in [
        "Pygmalion@{digits:4}",
        "Pygmalion${digits:4}",
        "Pygmalion:{digits:4}x",
        "Pygmalion.{digits:4}.blue",
        "Pygmalion/{digits:4}x",
        "Pygmalion({digits:4})x",
        "Pygmalion[{digits:4}]x",
        "Pygmalion'{digits:4}x",
        "Pygmalion,{digits:4}x",
        "L[{base62:6}-$))%~s@e{base62:6}",
        "{base62:8}%s{base62:12}",
    ] {
        for (path, text) in [("a.yml", "password: {}"), ("a.py", "password = \"{}\""), (".env", "PASSWORD={}")] {
            assert_eq!(found(path, text, template).len(), 1, "{path}: {text} {template}");
            assert_eq!(found(path, text, template)[0].0, "{}", "{path}: {text} {template}");
        }
    }
}

/// In prose a value is one that no word is, and no name of a method.
#[test]
fn passwords_are_found_as_people_write_them_down() {
    for text in [
        "Credentials: dana/{}",
        "The default credentials are `dana:{}`.",
        "The password is {}.",
        "Password - {}",
        "Password for the admin: {}",
        "ssh dana@acme.test (password: {})",
        "- Password: {} (change it)",
        "*Password*: {}",
        "<b>Password:</b> {}",
        "user `dana` and password `{}`",
        "口令: {}",
        "Пароль: {}",
    ] {
        for path in ["a.md", "a.txt"] {
            assert_eq!(found(path, text, "Mail{digits:4}!x").len(), 1, "{path}: {text}");
            assert_eq!(found(path, text, "Mail{digits:4}!x")[0].0, "{}", "{path}: {text}");
        }
    }
}

/// What only this machine reaches, or a network of containers, is told from the rest.
/// What a program declares, compares with, falls back to or is handed.
#[test]
fn the_statements_of_many_languages_are_read() {
    for (path, text) in [
        ("a.go", "const apiToken string = \"{}\""),
        ("a.go", "var (\n\tname     string = \"x\"\n\tapiToken string = \"{}\"\n)"),
        ("a.go", "var secretKey []byte = []byte(\"{}\")"),
        ("a.sql", "DECLARE @password NVARCHAR(40) = '{}';"),
        ("a.ts", "apiToken!: string = \"{}\";"),
        ("a.ts", "constructor(private token?: string = '{}') {}"),
        ("a.java", "if (token.equals(\"{}\")) {"),
        ("a.java", "if (\"{}\".equals(token)) {"),
        ("a.java", "String token = Optional.ofNullable(x).orElse(\"{}\");"),
        ("a.java", "env.put(Context.SECURITY_CREDENTIALS, \"{}\");"),
        ("a.java", "keyStore.load(in, \"{}\".toCharArray());"),
        ("a.c", "if (strcmp(token, \"{}\") == 0)"),
        ("a.c", "strncpy(config->token, \"{}\", 64);"),
        ("a.c", "#define API_TOKEN (\"{}\")"),
        ("a.cpp", "std::string token(\"{}\");"),
        ("a.kts", "token.set(\"{}\")"),
        ("a.php", "$token = $given ?: '{}';"),
        ("a.php", "$token = $_POST['t'] ?? '{}';"),
        ("a.py", "token = ask() or \"{}\""),
        ("a.py", "token = None if known else \"{}\""),
        ("a.py", "token = (\"{}\")"),
        ("a.py", "token = \"{}\".strip()"),
        ("a.py", "token: SecretStr = SecretStr(\"{}\")"),
        ("a.py", "token = Field(default=\"{}\")"),
        ("a.rb", "allow(ENV).to receive(:[]).with(\"TOKEN\").and_return(\"{}\")"),
        ("a.dart", "final _token = TextEditingController(text: '{}');"),
        ("a.sh", "TOKEN=${1:-\"{}\"}"),
        ("a.sh", "TOKEN=\"${2:-{}}\""),
        ("a.yml", "args:\n  - --token\n  - {}\n"),
        ("a.yml", "args:\n  - \"--token\"\n  - \"{}\"\n"),
        ("a.xml", "<token value=\"{}\"/>"),
        ("a.json", "{\"token\": {\n  \"value\": \"{}\"\n}}"),
        (".env", "GITHUBKEY={}"),
    ] {
        assert_eq!(
            found(path, text, "{base62:40}").first().map(|(value, _)| value.as_str()),
            Some("{}"),
            "{path}: {text}"
        );
    }
    assert_eq!(found("a.java", ".withUser(\"dana\").password(\"{noop}{}\")", "{base62:16}")[0].0, "{}");
    assert_eq!(found("a.md", "user dana, password {}", "{base62:4}!{base62:9}7")[0].0, "{}");
    for (path, text) in [
        ("a.yml", "command: start --db-password={} --db-username=dana"),
        ("a.yml", "mysql_user: name=dana password={} state=present"),
        ("a.yml", "run: mvn deploy -Dpassword={} -DskipTests"),
        ("a.conf", "conninfo = 'host=n1 user=dana password={} connect_timeout=2'"),
        ("a.html", "<!-- admin password: {} -->"),
    ] {
        assert_eq!(found(path, text, "{base62:20}")[0].0, "{}", "{text}");
    }
    for (path, text) in [
        ("a.go", "func check(token string) bool { return \"{}\" }"),
        ("a.java", "if (kind.equals(\"{}\")) {"),
        ("a.py", "token = \"\" if known else other(\"{}\")"),
        ("a.sh", "TOKEN=${1:-$OTHER}; echo {}"),
        ("a.sh", "PASSWORD=${PASSWORD:?{}!}"),
        ("a.sh", "PASSWORD=${1:+{}7!}"),
        ("a.sh", "PASSWORD=\"${1//a1/{}7}\""),
        ("a.yml", "args:\n  - --token\n- {}\n"),
        ("a.json", "{\"token\": {\n  \"type\": \"{}\"\n}}"),
        ("a.md", "the password {} was"),
    ] {
        assert_eq!(found(path, text, "user_name_field"), [], "{path}: {text}");
    }
}

#[test]
fn people_say_in_many_ways_what_a_password_is() {
    for text in [
        "The root password of db1 is now {}",
        "Password for dana is {}, please change it.",
        "Password (the old one): {}",
        "Username: dana Password: {} Please change it.",
        "the passphrase for the zip is {}",
        "Set `DB_PASSWORD` to `{}` in your shell.",
        "Dein Passwort lautet: {}",
        "Das Passwort für den Server ist {}",
        "Zugangsdaten: dana / {}",
        "Votre mot de passe est : {}",
        "Su contraseña es: {}",
        "A senha é {}",
        "La password è {}",
        "hasło do bazy to {}",
        "Şifre: {}",
        "пароль от базы: {}",
        "パスワードは {} です",
    ] {
        let found = found("a.md", text, "{base62:4}!{base62:9}7");
        assert_eq!(found.first().map(|(value, _)| value.as_str()), Some("{}"), "{text}");
    }
    assert_eq!(found("a.md", "The password for dana. Defaults to `{}`.", "{base62:4}!{base62:9}7"), []);
    for text in [
        "The password of the database is {}",
        "Password (see {}): none",
        "Password: see the entry {}",
        "Das Passwort ist im Tresor {} abgelegt",
        "The password for dana is kept in {}",
        "La contraseña es de {}",
        "set the password to something like {}",
        "password reset for {} is done",
    ] {
        assert_eq!(found("a.md", text, "documents"), [], "{text}");
    }
}

#[test]
fn a_table_is_read_by_the_heads_of_its_columns() {
    let rows = |text: &str| found("README.md", text, "{base62:4}!{base62:9}7");
    let one = || vec![("{}".to_owned(), Confidence::High)];
    for text in [
        "| User | Password |\n|---|---|\n| dana | {} |\n",
        "| User | Password | Host |\r\n|:--|:-:|--:|\r\n| dana | {} | h1 |\r\n",
        "User | Password\n---|---\ndana | `{}`\n",
        "Password | User\n--- | ---\n**{}** | dana\n\nmore | other\n",
        "| User | DB password |\n|------+-------------|\n| dana | {} |\n",
        "| User | Password |\n|---|---|\n| dana | admin |\n| erin | n/a |\n| finn | {} |\n",
    ] {
        assert_eq!(rows(text), one(), "{text}");
    }
    let two = "| User | Password |\n|---|---|\n| dana | {} |\n| erin | x{} |\n";
    assert_eq!(rows(two).len(), 2, "{two}");
    for text in [
        "| User | Password |\n| dana | {} |\n",
        "| User | Password |\n|---|---|\n| {} | none |\n",
        "| User | Password |\n|---|---|\n\n| dana | {} |\n",
        "| User | Password |\n|---|---|\n| dana | see {} there |\n",
        "| Option | Password hash |\n|---|---|\n| dana | {} |\n",
        "a || password\nb--|--\nc | {} |\n",
    ] {
        assert_eq!(rows(text), [], "{text}");
    }
}

#[test]
fn a_password_of_a_local_server_is_of_a_kind_of_its_own() {
    let drawn = sample::generate("{base62:16}", 5).unwrap().text;
    let kind = |host: &str, password: &str| {
        let text = format!("DATABASE_URL=postgres://dana:{password}@{host}/main");
        find(text.as_bytes(), text.find("://").unwrap(), &Place::of(".env")).pop().map(|found| found.kind)
    };
    for host in ["localhost:5432", "db", "127.0.0.1", "[::1]:5432", "host.docker.internal"] {
        assert_eq!(kind(host, &drawn), Some(LOCAL), "{host}");
    }
    for host in ["db.acme.test", "10.0.0.5:5432"] {
        assert_eq!(kind(host, &drawn), Some("generic-password"), "{host}");
    }
}

/// A value in a table of data is less sure; names that repeat and marks are no data, however odd.
#[test]
fn what_looks_odd_around_a_value_is_not_all_data() {
    let bomb: String = ('b'..='h')
        .map(|name| {
            let before = char::from(name as u8 - 1);
            format!("{name}: &{name} [{}]\n", format!("*{before},").repeat(9).trim_end_matches(','))
        })
        .collect();
    let block = sample::generate("{base64:400}", 9).unwrap().text;
    let lines: Vec<&str> = block.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let table = lines.join("\n");
    let level = |around: &str| found("a.yml", &format!("{around}\npassword: {{}}\n{around}\n"), "{base62:24}").pop();
    assert_eq!(level(&bomb), Some(("{}".to_owned(), Confidence::High)));
    assert_eq!(level(&table), Some(("{}".to_owned(), Confidence::Medium)));
}

/// The words of a wallet are a sentence that nobody says.
#[test]
fn the_words_of_a_wallet_are_found() {
    let words = ["ocean", "yellow", "drum", "worth", "noise", "cannon", "river", "ribbon", "mild", "orient", "boat"];
    let words = format!("{} wisdom", words.join(" "));
    for text in ["const mnemonic = \"{}\"", "new HDWalletProvider(\"{}\", url)"] {
        assert_eq!(found("a.js", &text.replace("{}", &words), "x").len(), 1, "{text}");
    }
    let same = "const mnemonic = \"test test test test test test test test test test test junk\"";
    assert_eq!(found("a.js", same, "x"), []);
}

/// Letters outside of ASCII are of a language: in settings a word of them is a password, and no sure one.
#[test]
fn a_word_with_letters_of_a_language_was_written() {
    assert_eq!(found("a.properties", "password={}", "Jelszó"), [("{}".to_owned(), Confidence::Medium)]);
    assert_eq!(found("a.properties", "password=ö{}", "{base62:20}"), [("ö{}".to_owned(), Confidence::High)]);
}

/// A name with a number is given a password all the same, if not the next of its kind.
#[test]
fn a_counted_name_has_a_value() {
    let text = "const string password2 = \"{}\";";
    assert_eq!(found("LoginTests.cs", text, "password123"), [("{}".to_owned(), Confidence::Medium)]);
}
