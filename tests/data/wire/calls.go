// Sends the calls of a file to an address, see tests/test_wire.py.
package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
)

var kept = map[string]string{}

func filled(text string, path bool) string {
	for name, value := range kept {
		if path {
			value = strings.ReplaceAll(value, "%", "%25")
		}
		text = strings.ReplaceAll(text, "{"+name+"}", value)
	}
	return text
}

func main() {
	lines, _ := os.ReadFile(os.Args[2])
	for _, line := range strings.Split(strings.Trim(string(lines), "\n"), "\n") {
		part := strings.Split(line, "\t")
		decoded, _ := base64.StdEncoding.DecodeString(part[3])
		body := filled(string(decoded), false)
		request, err := http.NewRequest(part[0], os.Args[1]+filled(part[1], true), strings.NewReader(body))
		if err != nil {
			panic(err)
		}
		if part[2] != "" {
			request.Header.Set("Content-Type", part[2])
		}
		if kept["session"] != "" {
			request.Header.Set("sessionToken", kept["session"])
		}
		if kept["keys"] != "" {
			request.Header.Set("keyManagerToken", kept["keys"])
		}
		if body != "" {
			request.Header.Set("Expect", "100-continue")
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			panic(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Println(answer.StatusCode, string(text))
		for _, keep := range strings.Fields(part[4]) {
			name := strings.Split(keep, "=")
			found := regexp.MustCompile(`"` + name[1] + `":"([^"]+)"`).FindStringSubmatch(string(text))
			if found != nil {
				kept[name[0]] = found[1]
			}
		}
	}
}
