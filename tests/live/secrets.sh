# shellcheck shell=bash
# What servers that want to know who they talk to need: an authority and its certificates, JSON web tokens, a password file.
# Read by the engines' `server`; all is made in the current folder.

base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# sign KEY PAYLOAD: a JSON web token, RS256.
sign()
{
    local head
    head=$(printf '%s' '{"alg":"RS256","typ":"JWT"}' | base64url).$(printf '%s' "$2" | base64url)
    printf '%s.%s' "$head" "$(printf '%s' "$head" | openssl dgst -sha256 -sign "$1" -binary | base64url)"
}

# issue NAME SUBJECT: a certificate of our own authority.
issue()
{
    openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$1.key" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') -out "$1.pem"
}

# make_secrets PASSWORD: of ann, who has one of each kind, and of the server.
make_secrets()
{
    local password=$1 now
    now=$(date +%s)
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Grebe test authority' -keyout ca.key -out ca.pem
    issue server /CN=localhost
    cat server.pem server.key >server-both.pem
    issue ann /CN=ann
    openssl pkcs8 -topk8 -in ann.key -passout "pass:$password" -out ann-encrypted.key
    openssl pkcs12 -export -in ann.pem -inkey ann.key -passout "pass:$password" -out ann.p12
    openssl genrsa -out jwt.key 2048
    openssl rsa -in jwt.key -pubout -out jwt.pub
    sign jwt.key "{\"sub\":\"ann\",\"iss\":\"grebe\",\"exp\":$((now + 3600))}" >token
    sign jwt.key "{\"sub\":\"ann\",\"iss\":\"grebe\",\"exp\":$((now - 60))}" >expired-token
    python3 -c 'import hashlib, os, sys
salt = os.urandom(16)
print("ann", 1000, salt.hex(), hashlib.pbkdf2_hmac("sha1", sys.argv[1].encode(), salt, 1000, 64).hex(), sep=":")' "$password" >password.db
}
