// A web application that signs people in with go-oidc and x/oauth2; its tokens stay on the server.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"html/template"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// A session is a sign-in that has begun (state, nonce, verifier) or somebody who is signed in.
type session struct {
	State, Nonce, Verifier  string
	Token                   *oauth2.Token
	IDToken, Email, Subject string
	Refreshes               int
}

type app struct {
	provider     *oidc.Provider
	config       oauth2.Config
	home, logout string
	sessions     sync.Map // by the cookie's value; in production: a database, with an expiry
}

var page = template.Must(template.New("").Parse(`<!doctype html><html lang="en"><title>Example</title>
<link rel="icon" href="data:,">
{{if .Token}}<h1>Signed in</h1>
<dl><dt>Email<dd id="email">{{.Email}}<dt>Subject<dd id="subject">{{.Subject}}
<dt>Refreshes<dd id="refreshes">{{.Refreshes}}</dl>
<form method="post" action="/refresh"><button>Refresh</button></form>
<form method="post" action="/sign-out"><button>Sign out</button></form>
{{else}}<h1>Signed out</h1><form method="post" action="/sign-in"><button>Sign in</button></form>{{end}}
</html>`))

func (a *app) signIn(w http.ResponseWriter, _ *http.Request, _ session) (string, error) {
	begun := session{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	a.open(w, begun)
	return a.config.AuthCodeURL(begun.State, oidc.Nonce(begun.Nonce), oauth2.S256ChallengeOption(begun.Verifier)), nil
}

func (a *app) callback(w http.ResponseWriter, r *http.Request, begun session) (string, error) {
	ctx, answer := r.Context(), r.URL.Query()
	if begun.State == "" || answer.Get("state") != begun.State {
		return "", errors.New("this sign-in was not begun here")
	}
	if answer.Has("error") {
		return "", errors.New(answer.Get("error"))
	}
	token, err := a.config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(begun.Verifier))
	if err != nil {
		return "", err
	}
	raw, _ := token.Extra("id_token").(string)
	proof, err := a.provider.Verifier(&oidc.Config{ClientID: a.config.ClientID}).Verify(ctx, raw)
	if err != nil {
		return "", err
	}
	user, err := a.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return "", err
	}
	if proof.Nonce != begun.Nonce || user.Subject != proof.Subject {
		return "", errors.New("this answer belongs to another sign-in")
	}
	a.open(w, session{Token: token, IDToken: raw, Email: user.Email, Subject: user.Subject})
	return "/", nil
}

// Refresh asks for fresh tokens at once; config.Client would do it when the access token has run out.
func (a *app) refresh(w http.ResponseWriter, r *http.Request, known session) (string, error) {
	if known.Token == nil {
		return "/", nil
	}
	old := &oauth2.Token{RefreshToken: known.Token.RefreshToken}
	fresh, err := a.config.TokenSource(r.Context(), old).Token()
	if err != nil {
		return "", err
	}
	known.Token, known.Refreshes = fresh, known.Refreshes+1 // holds the rotated refresh token
	a.open(w, known)
	return "/", nil
}

func (a *app) signOut(_ http.ResponseWriter, _ *http.Request, known session) (string, error) {
	hint := url.Values{"id_token_hint": {known.IDToken}, "client_id": {a.config.ClientID}}
	hint.Set("post_logout_redirect_uri", a.home)
	return a.logout + "?" + hint.Encode(), nil
}

// Open begins a session under a new name, at each step, so that a planted cookie is worth nothing.
func (a *app) open(w http.ResponseWriter, begun session) {
	name := rand.Text()
	a.sessions.Store(name, begun)
	http.SetCookie(w, &http.Cookie{Name: "session", Value: name, Path: "/", HttpOnly: true,
		SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(a.home, "https:")})
}

// Step takes the browser's session, goes one step on, and sends the browser where it goes next.
func (a *app) step(next func(http.ResponseWriter, *http.Request, session) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		found, _ := a.sessions.LoadAndDelete(name(r))
		known, _ := found.(session)
		if location, err := next(w, r, known); err != nil {
			log.Print(err)
			http.Error(w, "Sign-in failed", http.StatusBadGateway)
		} else {
			http.Redirect(w, r, location, http.StatusSeeOther)
		}
	}
}

func (a *app) show(w http.ResponseWriter, r *http.Request) {
	found, _ := a.sessions.Load(name(r))
	known, _ := found.(session)
	if err := page.Execute(w, known); err != nil {
		log.Print(err)
	}
}

func name(r *http.Request) string {
	if cookie, err := r.Cookie("session"); err == nil {
		return cookie.Value
	}
	return ""
}

func main() {
	port := cmp.Or(os.Getenv("PORT"), "3000")
	redirect := cmp.Or(os.Getenv("REDIRECT_URI"), "http://localhost:"+port+"/callback")
	provider, err := oidc.NewProvider(context.Background(), cmp.Or(os.Getenv("ISSUER"), "http://localhost:8000"))
	if err != nil {
		log.Fatal(err)
	}
	var metadata struct {
		Logout string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&metadata); err != nil {
		log.Fatal(err)
	}
	a := &app{provider: provider, home: strings.TrimSuffix(redirect, "callback"), logout: metadata.Logout}
	a.config = oauth2.Config{ClientID: os.Getenv("CLIENT_ID"), ClientSecret: os.Getenv("CLIENT_SECRET"),
		Endpoint: provider.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "email", oidc.ScopeOfflineAccess}}
	http.HandleFunc("GET /{$}", a.show)
	http.HandleFunc("GET /callback", a.step(a.callback))
	http.HandleFunc("POST /sign-in", a.step(a.signIn))
	http.HandleFunc("POST /refresh", a.step(a.refresh))
	http.HandleFunc("POST /sign-out", a.step(a.signOut))
	log.Print("Open ", a.home)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+port, nil))
}
