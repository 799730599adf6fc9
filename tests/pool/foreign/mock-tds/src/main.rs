//! A TDS server that is not ours: Microsoft's mssql-mock-tds, which reads and writes all that travels. Here stand only what
//! it is to answer, and the accept loop that it lacks: its own cannot redirect inside TLS, nor answer by database.
//!
//! `mock-tds <certificate.pem> <key.pem>` listens on three ports of 127.0.0.1, prints `listening <node> <gateway> <strict>`,
//! then a line for all that it hears, and ends with its standard input.

use std::error::Error;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mssql_mock_tds::protocol::{
    PACKET_HEADER_SIZE, PacketHeader, PacketType, build_prelogin_response_with_fedauth, parse_sql_batch,
};
use mssql_mock_tds::server::ConnectionProcessor;
use mssql_mock_tds::{
    ColumnDefinition, ColumnValue, InfoMessage, LeadingError, MockTdsServer, QueryRegistry, QueryResponse,
    RedirectionConfig, Row, SqlDataType, TdsTlsWrapper, TerminalError, create_test_identity,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio_native_tls::{TlsAcceptor, TlsStream};

type Failure = Box<dyn Error + Send + Sync>;

/// The name under which the gateway sends clients to the node: it has to lead to this machine, and be in the certificate.
const NODE: &str = "localhost";
const LOCAL: &str = "127.0.0.1:0";
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy)]
struct Place {
    name: &'static str,
    /// Where it sends clients to.
    route: Option<u16>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut files = std::env::args().skip(1).map(std::fs::read);
    let (Some(certificate), Some(key)) = (files.next(), files.next()) else {
        return Err("usage: mock-tds <certificate.pem> <key.pem>".into());
    };
    let (certificate, key) = (certificate?, key?);
    let identity = || create_test_identity(&certificate, &key);
    let acceptor = TlsAcceptor::from(native_tls::TlsAcceptor::new(identity()?)?);

    let node = TcpListener::bind(LOCAL).await?;
    let gateway = TcpListener::bind(LOCAL).await?;
    let strict = MockTdsServer::new_with_strict_tls(LOCAL, identity()?).await?;
    let asked = "SELECT DB_NAME() AS name";
    if let Some(answer) = answer_to(asked, "claims") {
        strict.query_registry().lock().await.register(asked, answer);
    }
    let port = node.local_addr()?.port();
    println!(
        "listening {port} {} {}",
        gateway.local_addr()?.port(),
        strict.local_addr().port()
    );

    tokio::spawn(serve(
        node,
        acceptor.clone(),
        Place {
            name: "node",
            route: None,
        },
    ));
    tokio::spawn(serve(
        gateway,
        acceptor,
        Place {
            name: "gateway",
            route: Some(port),
        },
    ));
    tokio::spawn(strict.run());
    // Its parent holds the other end.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    std::process::exit(0);
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, place: Place) {
    while let Ok((stream, address)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            // A client may break a connection off; what counts is whether it got as far as a login.
            let logged_in = converse(stream, address, acceptor, place).await;
            println!("{} {}", place.name, if logged_in { "closed" } else { "refused" });
        });
    }
}

/// One connection; whether it came to a login.
async fn converse(stream: TcpStream, address: SocketAddr, acceptor: TlsAcceptor, place: Place) -> bool {
    let mut logged_in = false;
    if let Ok(stream) = encrypt(stream, acceptor).await {
        let _ = answer(stream, address, place, &mut logged_in).await;
    }
    logged_in
}

/// PRELOGIN, and TLS inside PRELOGIN.
async fn encrypt(mut stream: TcpStream, acceptor: TlsAcceptor) -> Result<TlsStream<TdsTlsWrapper>, Failure> {
    let mut header = [0; PACKET_HEADER_SIZE];
    stream.read_exact(&mut header).await?;
    let prelogin = PacketHeader::parse(&mut &header[..])?;
    if prelogin.packet_type != PacketType::PreLogin {
        return Err("PRELOGIN was expected".into());
    }
    let mut rest = vec![0; (prelogin.length as usize).saturating_sub(PACKET_HEADER_SIZE)];
    stream.read_exact(&mut rest).await?;
    stream
        .write_all(&build_prelogin_response_with_fedauth(true, true))
        .await?;
    Ok(acceptor.accept(TdsTlsWrapper::new(stream)).await?)
}

/// The login, and then whatever the client asks.
async fn answer(
    mut stream: TlsStream<TdsTlsWrapper>,
    address: SocketAddr,
    place: Place,
    logged_in: &mut bool,
) -> Result<(), Failure> {
    let answers = Arc::new(Mutex::new(QueryRegistry::new()));
    let id = CONNECTIONS.fetch_add(1, Ordering::SeqCst);
    let route = place.route.map(|port| RedirectionConfig::new(NODE, port));
    let mut client = ConnectionProcessor::new_with_redirection(id, address, answers.clone(), None, route);
    while stream.read_buf(client.buffer_mut()).await? > 0 {
        loop {
            let heard = next_packet(client.buffer_mut());
            if let Some((PacketType::SqlBatch, Some(text))) = &heard {
                println!(
                    "{} batch {}",
                    place.name,
                    text.split_whitespace().collect::<Vec<_>>().join(" ")
                );
                let database = client.received_database().unwrap_or("master");
                if let Some(answer) = answer_to(text, database) {
                    answers.lock().await.register(text.as_str(), answer);
                }
            }
            let Some(answer) = client.process_packet(&mut stream).await? else {
                break;
            };
            match heard {
                Some((PacketType::Login7, _)) => {
                    *logged_in = true;
                    println!(
                        "{} login {} at {}",
                        place.name,
                        client.received_database().unwrap_or(""),
                        client.received_server_name().unwrap_or("")
                    );
                }
                Some((PacketType::SqlBatch, None)) => {
                    println!("{} batch that it cannot read", place.name)
                }
                _ => {}
            }
            if acknowledges_attention(&answer) {
                println!("{} attention", place.name);
            }
            stream.write_all(&answer).await?;
        }
    }
    Ok(())
}

/// What the packet at the front of the buffer is, once it is there as a whole; of a batch, its text where it can be read.
fn next_packet(buffer: &[u8]) -> Option<(PacketType, Option<String>)> {
    let header = PacketHeader::parse(&mut &buffer[..]).ok()?;
    let packet = buffer.get(PACKET_HEADER_SIZE..header.length as usize)?;
    let text = match header.packet_type {
        PacketType::SqlBatch => parse_sql_batch(packet).ok(),
        _ => None,
    };
    Some((header.packet_type, text))
}

/// A DONE token (0xFD) with the bit DONE_ATTN (0x20) and nothing before it.
fn acknowledges_attention(answer: &[u8]) -> bool {
    matches!(answer.get(PACKET_HEADER_SIZE..), Some([0xfd, 0x20, 0x00, ..]))
}

/// None: the crate answers with a DONE alone.
fn answer_to(text: &str, database: &str) -> Option<QueryResponse> {
    let has = |part: &str| text.contains(part);
    if has("DB_NAME()") {
        return Some(rows(&["name"], &[&[database]]));
    }
    if has("sys.sql_logins") {
        return Some(rows(&["kind", "name"], &[&["login", "immuta_account"]]));
    }
    if has("sys.database_principals") {
        return Some(rows(
            &["kind", "name"],
            &[&["schema", "immuta_policies"], &["user", "żółw"]],
        ));
    }
    if has("PRINT") {
        let said = [
            InfoMessage::new(0, 0, "half way"),
            InfoMessage::new(5701, 10, "Changed database context."),
        ];
        return Some(rows(&[], &[]).with_info_tokens(said.to_vec()));
    }
    if has("DROP ROLE nobody") {
        let text = "Cannot drop the role 'nobody', because it does not exist or you do not have permission.";
        return Some(QueryResponse::error_only(TerminalError::new(15151, 16, text)));
    }
    if has("FROM dbo.nothing") {
        let error = LeadingError::new(208, 16, "Invalid object name 'dbo.nothing'.");
        return Some(rows(&["name"], &[&["of the next statement"]]).with_leading_error(error));
    }
    if has("EXEC dbo.killed") {
        let text = "Cannot continue the execution because the session is in the kill state.";
        return Some(QueryResponse::error_only(TerminalError::new(596, 21, text)));
    }
    if has("EXEC dbo.endless") {
        return Some(rows(&[], &[]).with_delay(Duration::from_secs(3600)));
    }
    None
}

fn rows(columns: &[&str], rows: &[&[&str]]) -> QueryResponse {
    let column = |name: &&str| ColumnDefinition::new(*name, SqlDataType::NVarChar);
    let row = |values: &&[&str]| {
        Row::new(
            values
                .iter()
                .map(|value| ColumnValue::NVarChar((*value).to_string()))
                .collect(),
        )
    };
    QueryResponse::new(columns.iter().map(column).collect(), rows.iter().map(row).collect())
}
