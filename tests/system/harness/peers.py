"""Other people's programs, each with its own files, on loopback only."""
import getpass
import hashlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from . import net, origin, proc

SBIN = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"


def program(name):
    path = shutil.which(name, path=SBIN)
    if path is None:
        raise RuntimeError("%s is not installed: see tools/check" % name)
    return path


class Peer(proc.Proc):
    """A server on a free port.  Subclasses write files and give argv."""

    name = None
    scheme = None

    def __init__(self, dir, port=None, **options):
        self.port = port or net.free_port()
        self.dir = pathlib.Path(dir) / ("%s-%d" % (self.name, self.port))
        self.dir.mkdir()
        for key, value in options.items():
            setattr(self, key, value)
        argv = self.configure()
        super().__init__(argv, self.dir / "output",
                         ready=self.is_up, cwd=self.dir)

    def is_up(self):
        return net.answers("127.0.0.1", self.port)

    @property
    def addr(self):
        return ("127.0.0.1", self.port)

    def url(self, user=None, password=None):
        login = "%s:%s@" % (user, password) if user else ""
        return "%s://%s127.0.0.1:%d" % (self.scheme, login, self.port)

    def write(self, name, text):
        path = self.dir / name
        path.write_text(text)
        return path


class Microsocks(Peer):
    name, scheme = "microsocks", "socks5"
    user = password = None

    def configure(self):
        login = ["-u", self.user, "-P", self.password] if self.user else []
        return [program("microsocks"), "-i", "127.0.0.1", "-p", self.port,
                *login]


class Danted(Peer):
    name, scheme = "danted", "socks5"

    def configure(self):
        me = getpass.getuser()
        conf = self.write("danted.conf", """\
logoutput: %(dir)s/log
internal: 127.0.0.1 port = %(port)d
external: 127.0.0.1
external: ::1
clientmethod: none
socksmethod: none
user.privileged: %(me)s
user.unprivileged: %(me)s
client pass { from: 0/0 to: 0/0 }
socks pass { from: 0/0 to: 0/0 }
""" % {"dir": self.dir, "port": self.port, "me": me})
        return [program("danted"), "-f", conf, "-p", self.dir / "pid", "-N",
                "1"]


class Tinyproxy(Peer):
    name, scheme = "tinyproxy", "http"
    user = password = None

    def configure(self):
        auth = "BasicAuth %s %s\n" % (self.user, self.password) \
            if self.user else ""
        conf = self.write("tinyproxy.conf", """\
Port %d
Listen 127.0.0.1
Timeout 60
LogFile "%s/log"
LogLevel Connect
PidFile "%s/pid"
MaxClients 100
Allow 127.0.0.1
Allow ::1
%s""" % (self.port, self.dir, self.dir, auth))
        return [program("tinyproxy"), "-d", "-c", conf]


class Squid(Peer):
    name, scheme = "squid", "http"
    goodbye = signal.SIGKILL	# it takes seconds over anything else

    def configure(self):
        user = "proxy" if os.getuid() == 0 else getpass.getuser()
        conf = self.write("squid.conf", """\
http_port 127.0.0.1:%(port)d
http_access allow all
cache deny all
cache_mem 4 MB
memory_cache_shared off
cache_effective_user %(user)s
pid_filename none
coredump_dir %(dir)s
access_log none
cache_log %(dir)s/cache.log
cache_store_log none
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
visible_hostname squid.localhost
dns_nameservers 127.0.0.1
max_filedescriptors 1024
""" % {"port": self.port, "dir": self.dir, "user": user})
        if os.getuid() == 0:
            at = pwd.getpwnam(user)
            os.chown(self.dir, at.pw_uid, at.pw_gid)
        self.service = "bautatest%d" % self.port
        return [program("squid"), "-N", "-f", conf, "-n", self.service]

    def stop(self):
        super().stop()
        for path in pathlib.Path("/dev/shm").glob(self.service + "-*"):
            path.unlink()


class Ncat(Peer):
    """A proxy of the kind `scheme`: "http" or "socks5"."""

    name, scheme = "ncat", "http"

    def configure(self):
        return [program("ncat"), "-l", "127.0.0.1", self.port, "--proxy-type",
                self.scheme]


class Shadowsocks(Peer):
    """ss-local as a SOCKS5 proxy, and the ss-server behind it."""

    name, scheme = "shadowsocks", "socks5"

    def configure(self):
        self.server_port = net.free_port()
        common = ["-k", "secret", "-m", "chacha20-ietf-poly1305"]
        server = [program("ss-server"), "-s", "127.0.0.1", "-p",
                  self.server_port, *common]
        local = [program("ss-local"), "-s", "127.0.0.1", "-p",
                 self.server_port, "-b", "127.0.0.1", "-l", self.port, *common]
        return ["sh", "-c", "%s & exec %s" % (
            " ".join(map(str, server)), " ".join(map(str, local)))]

    def is_up(self):
        return super().is_up() and net.answers("127.0.0.1", self.server_port)


class Tor(Peer):
    """Its SOCKS port, of a network that is not there: it goes nowhere."""

    name, scheme = "tor", "socks5"

    def configure(self):
        conf = self.write("torrc", """\
SocksPort 127.0.0.1:%(port)d
DataDirectory %(dir)s/data
ClientOnly 1
DirAuthority none orport=9 no-v2 v3ident=%(id)s 127.0.0.1:9 %(id)s
""" % {"port": self.port, "dir": self.dir, "id": 40 * "0"})
        return [program("tor"), "--defaults-torrc", "/nonexistent",
                "--ignore-missing-torrc", "-f", conf, "--quiet"]


class Nginx(Peer):
    """Pages: /, /page (with sub-resources), /big, /chunked; git below."""

    name = "nginx"
    BIG = 5 << 20

    def configure(self):
        root = self.dir / "root"
        root.mkdir()
        (root / "index.html").write_text("<p>It works: nginx.\n")
        (root / "page.html").write_text("""\
<!doctype html><meta charset=utf-8><title>page</title>
<link rel=stylesheet href=style.css><h1 id=h>page</h1>
<img id=i src=dot.svg><script src=script.js></script>
<script>fetch("data.json").then(r => r.json()).then(j => {
  document.body.setAttribute("data-json", j.word); });</script>
""")
        (root / "style.css").write_text("h1 { color: rgb(0, 128, 0); }\n")
        (root / "script.js").write_text(
            "document.title = 'script ran';\n"
            "document.getElementById('i').onload = () =>"
            " document.body.setAttribute('data-image', 'loaded');\n")
        (root / "data.json").write_text('{"word": "fetched"}\n')
        (root / "dot.svg").write_text(
            '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8">'
            '<rect width="8" height="8" fill="red"/></svg>\n')
        (root / "chunked.shtml").write_text("parts:" + "x" * 3000 + "\n")
        data = origin.pattern(self.BIG)
        (root / "big").write_bytes(data)
        self.big_sum = hashlib.sha256(data).hexdigest()
        self.tls_port = net.free_port()
        self.make_certificate()
        me = getpass.getuser()
        conf = self.write("nginx.conf", """\
%(user)s
daemon off;
worker_processes 1;
pid %(dir)s/pid;
error_log stderr notice;
events { worker_connections 512; }
http {
	types { text/html html shtml; text/css css; image/svg+xml svg;
		application/javascript js; application/json json; }
	access_log %(dir)s/access.log;
	client_body_temp_path %(dir)s/t1;
	proxy_temp_path %(dir)s/t2;
	fastcgi_temp_path %(dir)s/t3;
	uwsgi_temp_path %(dir)s/t4;
	scgi_temp_path %(dir)s/t5;
	keepalive_timeout 30s;
	server {
		listen 127.0.0.1:%(port)d;
		listen [::1]:%(port)d;
		listen 127.0.0.1:%(tls)d ssl;
		ssl_certificate %(dir)s/cert.pem;
		ssl_certificate_key %(dir)s/key.pem;
		root %(dir)s/root;
		ssi on;
	}
}
""" % {"user": "user %s;" % me if os.getuid() == 0 else "",
       "dir": self.dir, "port": self.port, "tls": self.tls_port})
        return [program("nginx"), "-c", conf, "-p", self.dir, "-e", "stderr"]

    def make_certificate(self):
        subprocess.run(
            [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.dir / "key.pem", "-out", self.dir / "cert.pem"],
            check=True, capture_output=True, timeout=30)

    def page(self, path="/", host="127.0.0.1"):
        return "http://%s:%d%s" % (
            "[%s]" % host if ":" in host else host, self.port, path)

    def access(self):
        try:
            return (self.dir / "access.log").read_text()
        except FileNotFoundError:
            return ""


class Dnsmasq(Peer):
    """The name server.  records: dnsmasq options; queries() what was asked."""

    name = "dnsmasq"
    records = ()
    ttl = 60

    def configure(self):
        log = self.dir / "queries"
        self.queries_file = log
        return [program("dnsmasq"), "--keep-in-foreground", "--no-hosts",
                "--no-resolv", "--conf-file=/dev/null", "--port", self.port,
                "--listen-address=127.0.0.1", "--bind-interfaces",
                "--log-queries", "--log-facility=%s" % log,
                "--user=%s" % getpass.getuser(), "--pid-file=",
                "--local-ttl=%d" % self.ttl, "--neg-ttl=%d" % self.ttl,
                "--local=/net/", *self.records]

    def queries(self, name=""):
        """Lines that say a query for name arrived."""
        try:
            text = self.queries_file.read_text()
        except FileNotFoundError:
            return []
        return [line for line in text.splitlines()
                if "query[" in line and name in line]


class Sshd(Peer):
    name = "sshd"

    def configure(self):
        for key in ("host_key", "user_key"):
            subprocess.run(
                [program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f",
                 self.dir / key], check=True, timeout=30)
        self.dir.chmod(0o755)
        shutil.copy(self.dir / "user_key.pub", self.dir / "authorized")
        if os.getuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        conf = self.write("sshd_config", """\
Port %(port)d
ListenAddress 127.0.0.1
HostKey %(dir)s/host_key
AuthorizedKeysFile %(dir)s/authorized
PidFile %(dir)s/pid
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PrintMotd no
AcceptEnv GIT_*
Subsystem sftp internal-sftp
""" % {"port": self.port, "dir": self.dir})
        return [program("sshd"), "-D", "-e", "-f", conf]

    def client(self, proxy_command):
        """Options for ssh."""
        return ["-F", "/dev/null", "-i", str(self.dir / "user_key"),
                "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
                "-o", "UserKnownHostsFile=/dev/null",
                "-o", "ProxyCommand=" + proxy_command,
                "-p", str(self.port)]


def git_repository(root):
    """A bare repository below root that plain HTTP can serve."""
    env = proc.clean_env(
        HOME=str(root), GIT_AUTHOR_NAME="a",
        GIT_AUTHOR_EMAIL="a@localhost", GIT_COMMITTER_NAME="a",
        GIT_COMMITTER_EMAIL="a@localhost")
    work, bare = root / "work", root / "repo.git"

    def git(*args):
        subprocess.run([program("git"), *map(str, args)], env=env, check=True,
                       capture_output=True, timeout=30)

    git("init", "-q", "-b", "main", work)
    (work / "file").write_text("content\n" * 5000)
    git("-C", work, "add", "file")
    git("-C", work, "commit", "-q", "-m", "first")
    git("clone", "-q", "--bare", work, bare)
    git("-C", bare, "update-server-info")
    return bare
