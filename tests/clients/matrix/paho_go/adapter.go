// Paho Go as an adapter of the client matrix. The commands and events are in ../README.md.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
)

const (
	operationTimeout  = 20 * time.Second
	keepAlive         = 60 * time.Second
	disconnectQuiesce = 10 // milliseconds; nothing is on its way any more
	willBytes         = 16
	payloadPeriod     = 251
	// The library does not say its version; this is the one of Debian 12.
	version = "1.1.1"
)

// door is where the broker is; the same for all connections.
type door struct {
	transport, host, port, caFile string
}

type adapter struct {
	door    door
	output  sync.Mutex
	clients map[string]paho.Client
}

func (a *adapter) say(words ...interface{}) {
	a.output.Lock()
	defer a.output.Unlock()
	fmt.Println(words...)
}

func payload(size, seed int) []byte {
	data := make([]byte, size)
	for at := range data {
		data[at] = byte((seed + at) % payloadPeriod)
	}
	return data
}

func number(word string) int {
	value, err := strconv.Atoi(word)
	if err != nil {
		panic(err) // The runner has sent something else than a number.
	}
	return value
}

func wait(token paho.Token) error {
	if !token.WaitTimeout(operationTimeout) {
		return errors.New("no answer in time")
	}
	return token.Error()
}

func (a *adapter) options(name, clientID string, clean bool) (*paho.ClientOptions, error) {
	schemes := map[string]string{"tcp": "tcp://", "tls": "ssl://", "ws": "ws://", "wss": "wss://"}
	address := schemes[a.door.transport] + a.door.host + ":" + a.door.port
	if strings.HasPrefix(a.door.transport, "ws") {
		address += "/mqtt"
	}
	options := paho.NewClientOptions().AddBroker(address).SetClientID(clientID).
		SetCleanSession(clean).SetProtocolVersion(4).SetKeepAlive(keepAlive).
		SetAutoReconnect(false).SetConnectTimeout(operationTimeout)
	options.SetConnectionLostHandler(func(paho.Client, error) { a.say("lost", name) })
	options.SetDefaultPublishHandler(func(_ paho.Client, message paho.Message) {
		sum := fnv.New32a()
		sum.Write(message.Payload())
		retain := 0
		if message.Retained() {
			retain = 1
		}
		a.say("message", name, message.Topic(), message.Qos(), retain, len(message.Payload()),
			sum.Sum32())
	})
	if a.door.transport == "tls" || a.door.transport == "wss" {
		authority, err := os.ReadFile(a.door.caFile)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(authority)
		options.SetTLSConfig(&tls.Config{RootCAs: pool})
	}
	return options, nil
}

func (a *adapter) connect(name string, words []string) error {
	options, err := a.options(name, words[0], words[1] == "1")
	if err != nil {
		return err
	}
	if len(words) > 2 {
		will := payload(willBytes, number(words[4]))
		options.SetBinaryWill(words[2], will, byte(number(words[3])), false)
	}
	client := paho.NewClient(options)
	if err := wait(client.Connect()); err != nil {
		return err
	}
	a.clients[name] = client
	a.say("connected", name, "unknown") // Session Present is not handed over before 1.2.
	return nil
}

func (a *adapter) subscribe(name string, words []string) error {
	filters := map[string]byte{}
	qos := byte(number(words[1]))
	if len(words) > 2 {
		for at := 0; at < number(words[2]); at++ {
			filters[fmt.Sprintf("%s/%d", words[0], at)] = qos
		}
	} else {
		filters[words[0]] = qos
	}
	token := a.clients[name].SubscribeMultiple(filters, nil)
	if err := wait(token); err != nil {
		return err
	}
	for filter, granted := range token.(*paho.SubscribeToken).Result() {
		if granted > 2 {
			return fmt.Errorf("%s was refused", filter)
		}
	}
	a.say("subscribed", name)
	return nil
}

func (a *adapter) publish(name string, words []string) error {
	data := payload(number(words[3]), number(words[4]))
	token := a.clients[name].Publish(words[0], byte(number(words[1])), words[2] == "1", data)
	if err := wait(token); err != nil {
		return err
	}
	a.say("published", name)
	return nil
}

func (a *adapter) disconnect(name string) error {
	a.clients[name].Disconnect(disconnectQuiesce)
	delete(a.clients, name)
	a.say("disconnected", name)
	return nil
}

func (a *adapter) serve(verb, name string, words []string) error {
	switch verb {
	case "connect":
		return a.connect(name, words)
	case "subscribe":
		return a.subscribe(name, words)
	case "publish":
		return a.publish(name, words)
	case "disconnect":
		return a.disconnect(name)
	}
	return errors.New("no such command")
}

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "adapter TRANSPORT HOST PORT PROTOCOL_LEVEL CA_FILE")
		os.Exit(2)
	}
	a := &adapter{
		door:    door{transport: os.Args[1], host: os.Args[2], port: os.Args[3], caFile: os.Args[5]},
		clients: map[string]paho.Client{},
	}
	a.say("ready", version)
	commands := bufio.NewScanner(os.Stdin)
	for commands.Scan() {
		words := strings.Fields(commands.Text())
		if len(words) < 2 {
			break // `quit`
		}
		if err := a.serve(words[0], words[1], words[2:]); err != nil {
			a.say("error", words[1], words[0]+": "+err.Error())
		}
	}
}
